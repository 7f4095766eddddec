package chainrule.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class TokenFileFaultTest {
    @TempDir
    Path folder;

    /** Writes a token file of a quarter of a gigabyte. */
    static final class LongWrite {
        private LongWrite() {}

        public static void main(String[] arguments) {
            Corpus large =
                    () -> Stream.<Document>generate(() -> new Document.Text("never enough ".repeat(1000), "large"))
                            .limit(10_000);
            TokenFile.write(Path.of(arguments[0]), large, Toy.CHARACTERS, TokenFile.Progress.NONE);
        }
    }

    @Test
    void aWriterKilledInTheMiddleLeavesNothingUnderTheName() throws IOException, InterruptedException {
        Path path = folder.resolve("a.tokens");
        killInTheMiddle(path);
        assertThat(path).doesNotExist();

        Toy.write(path, List.of(new int[] {1, 2}), 10).close();
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).as("what was left behind is gone").containsExactly(path);
        }

        killInTheMiddle(path);
        try (TokenFile file = TokenFile.open(path)) {
            file.verify();
            assertThat(Toy.ids(file)).as("the earlier file is whole").containsExactly(1, 2, 0);
        }
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "only Linux has the device /dev/full")
    void aFullDiskIsOneSentence() throws IOException {
        Files.createSymbolicLink(folder.resolve("a.tmp"), Path.of("/dev/full"));
        assertThatThrownBy(() -> Toy.write(folder.resolve("a"), List.of(new int[] {1, 2}), 10))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining(folder.resolve("a") + " cannot be written (No space left on device)");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aFolderThatIsAFileIsOneSentence() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatThrownBy(() -> Toy.write(file.resolve("a"), List.of(new int[] {1, 2}), 10))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("cannot be written");
    }

    private static void killInTheMiddle(Path path) throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process writer = new ProcessBuilder(
                        java, "-cp", System.getProperty("java.class.path"), LongWrite.class.getName(), path.toString())
                .inheritIO()
                .start();
        Path part = path.resolveSibling(path.getFileName() + ".tmp");
        while (writer.isAlive() && !(Files.exists(part) && Files.size(part) > 1 << 20)) {
            Thread.sleep(5);
        }
        assertThat(writer.isAlive()).as("not failed").isTrue();
        writer.destroyForcibly().waitFor();
        assertThat(part).exists();
    }
}
