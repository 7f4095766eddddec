package chainrule.apps.cli;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.Golden;
import chainrule.apps.TinyFolder;
import chainrule.data.TokenFile;
import chainrule.text.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingTextTest {
    private static final String[] TEXTS = {"once upon a time ".repeat(8), "there was a model ".repeat(8)};

    @TempDir
    Path folder;

    private Path data = Path.of("");

    @BeforeEach
    void writeTexts() throws IOException {
        data = Files.writeString(
                folder.resolve("texts.jsonl"), "{\"text\":\"%s\"}\n{\"text\":\"%s\"}\n".formatted((Object[]) TEXTS));
    }

    @Test
    void aTextIsFramedAsTheModelsTokenizerFramesIt() throws IOException {
        Path json = Golden.path("tokenizers/llama_bpe_metaspace/tokenizer.json");
        try (HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.open(json)) {
            int end = tokenizer.id("</s>").orElseThrow();
            Path model = TinyFolder.make(
                    Files.createDirectory(folder.resolve("llama")), tokenizer.size(), Files.readString(json), end);
            int[] expected = framed(tokenizer, end);
            assertThat(expected[0]).isEqualTo(tokenizer.id("<s>").orElseThrow()).isNotEqualTo(end);
            assertThat(trained("--from", model.toString())).containsExactly(expected);
        }
    }

    @Test
    void aTokenThatBothBeginsAndEndsTextsStandsBetweenThemOnce() throws IOException {
        int[] ids = trained("--layers", "1", "--width", "32", "--heads", "2", "--vocabulary", "300");
        try (HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.open(folder.resolve("run/data"))) {
            int end = tokenizer.id("<|endoftext|>").orElseThrow();
            int[] framed = framed(tokenizer, end);
            assertThat(framed[0]).isEqualTo(end);
            assertThat(IntStream.of(ids).filter(id -> id == end)).hasSize(2);
            assertThat(ids).endsWith(end);
        }
    }

    private static int[] framed(HuggingFaceTokenizer tokenizer, int end) {
        return IntStream.range(0, TEXTS.length)
                .flatMap(i -> IntStream.concat(IntStream.of(tokenizer.ids(TEXTS[i], true)), IntStream.of(end)))
                .toArray();
    }

    /** The tokens that a run was trained on. */
    private int[] trained(String... options) {
        String[] usual = {
            "train",
            "--data",
            data.toString(),
            "--out",
            folder.resolve("run").toString(),
            "--steps",
            "1",
            "--batch",
            "1",
            "--length",
            "8",
            "--prompt",
            ""
        };
        Run.of(Stream.of(usual, options).flatMap(Stream::of).toArray(String[]::new))
                .done();
        try (TokenFile file = TokenFile.open(folder.resolve("run/data/training.tokens"))) {
            int[] ids = new int[(int) file.tokens()];
            file.read(0, ids, 0, ids.length);
            return ids;
        }
    }
}
