package chainrule.apps.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import chainrule.apps.TinyFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportTest {
    @TempDir
    static Path folder;

    private static String model = "";

    @BeforeAll
    static void makeAModel() throws IOException {
        model = TinyFolder.make(Files.createDirectory(folder.resolve("tiny"))).toString();
    }

    private static String continuation(String of) {
        return Run.of("generate", "the cat", "--model", of, "--max-tokens", "8", "--compute", "f32")
                .done();
    }

    @Test
    void aModelInFloat32IsTheSameModel() {
        String copy = folder.resolve("deep/er/copy").toString();
        Run.of("export", model, copy, "--dtype", "f32").done();
        assertThat(continuation(copy)).isEqualTo(continuation(model));
    }

    @Test
    void bfloat16TakesHalfTheRoomAndConfigSaysSo() throws IOException {
        Path whole = folder.resolve("f32");
        Path half = folder.resolve("bf16");
        long bytes = Run.of("export", model, whole.toString(), "--dtype", "f32", "--json")
                .json()
                .get("bytes")
                .longValue();
        var json = Run.of("export", model, half.toString(), "--json").json();
        assertThat(json.get("dtype").stringValue()).isEqualTo("bf16");
        assertThat(json.get("bytes").longValue()).isLessThan(bytes * 6 / 10);
        assertThat(Files.readString(half.resolve("config.json"))).contains("bfloat16");
        Run.of("generate", "the cat", "--model", half.toString(), "--max-tokens", "4")
                .done();
    }

    @Test
    void aFileForLlamaCppIsTheSameModelWithItsTokenizerAndTemplate() throws IOException {
        String chat = ChatFolder.make(folder, "chat").toString();
        for (String dtype : new String[] {"f32", "f16", "bf16", "q8_0"}) {
            Path file = folder.resolve("made-" + dtype + ".gguf");
            var json = Run.of("export", chat, file.toString(), "--dtype", dtype, "--json")
                    .json();
            assertThat(json.get("file").stringValue()).isEqualTo(file.toString());
            assertThat(json.get("bytes").longValue()).isEqualTo(Files.size(file));
            var check = json.get("check");
            assertThat(check.get("prompts").intValue()).isEqualTo(64);
            double difference = check.get("largestDifference").doubleValue();
            if (dtype.equals("f32")) {
                assertThat(difference).isZero();
                assertThat(continuation(file.toString())).isEqualTo(continuation(chat));
                assertThat(Run.of("template", file.toString(), "once upon").done())
                        .isEqualTo(Run.of("template", chat, "once upon").done());
            } else {
                assertThat(difference).isPositive();
            }
            assertThat(check.get("perplexity").doubleValue())
                    .isCloseTo(check.get("perplexityBefore").doubleValue(), withinPercentage(2));
        }
        assertThat(Run.of("export", chat, folder.resolve("again.gguf").toString(), "--dtype", "f32")
                        .done())
                .contains("Read again, on 64 texts: logits differ by up to 0.0; perplexity");
    }

    @Test
    void aFolderIsReadAgainToo() {
        var check = Run.of("export", model, folder.resolve("checked").toString(), "--json")
                .json()
                .get("check");
        assertThat(check.get("largestDifference").doubleValue()).isPositive();
        Run.of("export", model, folder.resolve("half").toString(), "--dtype", "f16")
                .done();
        Run.of("export", model, folder.resolve("quantised").toString(), "--dtype", "q8_0")
                .refused(2, "Only a GGUF file");
    }

    @Test
    void whatIsThereAlreadyStays() throws IOException {
        Path there = Files.createDirectory(folder.resolve("there"));
        Run.of("export", model, there.toString()).refused(3, there.toString(), "there already");
        assertThat(there).isEmptyDirectory();
    }

    @Test
    void nothingIsLeftOfAModelThatCannotBeWritten() throws IOException {
        Path broken = TinyFolder.make(Files.createDirectory(folder.resolve("broken")));
        Files.delete(broken.resolve("tokenizer.json"));
        Path parent = Files.createDirectory(folder.resolve("parent"));
        Run.of("export", broken.toString(), parent.resolve("copy").toString()).refused(3, "tokenizer");
        try (Stream<Path> left = Files.list(parent)) {
            assertThat(left).isEmpty();
        }
    }
}
