package chainrule.apps;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.Golden;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadmeTest {
    private static String run(Path folder, List<String> command) throws IOException, InterruptedException {
        Path output = folder.resolve("output.txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("ends in time").isTrue();
        String text = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as(text).isZero();
        return text;
    }

    /** In plain {@code java -cp}: no flag is needed. */
    @Test
    void theProgramInTheReadmeCompilesAndWrites(@TempDir Path folder) throws Exception {
        String readme = Files.readString(Golden.root().resolve("README.md"));
        int start = readme.indexOf("```java\n") + "```java\n".length();
        Path source =
                Files.writeString(folder.resolve("Hello.java"), readme.substring(start, readme.indexOf("```", start)));
        Path model = TinyFolder.make(Files.createDirectory(folder.resolve("model")));
        Path bin = Path.of(System.getProperty("java.home"), "bin");
        String classPath = System.getProperty("java.class.path");
        run(
                folder,
                List.of(bin.resolve("javac").toString(), "-cp", classPath, "-d", folder.toString(), source.toString()));
        String text = run(
                folder,
                List.of(
                        bin.resolve("java").toString(),
                        "-cp",
                        classPath + java.io.File.pathSeparator + folder,
                        "Hello",
                        model.toString()));
        assertThat(text.lines().filter(l -> !l.contains("WARNING")).toList()).isNotEmpty();
    }
}
