package chainrule.apps.cli;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.apps.TinyFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused, with which exit code and in which words. */
class RefusalTest {
    @TempDir
    static Path folder;

    private static String model = "";

    @BeforeAll
    static void makeAModel() throws IOException {
        model = TinyFolder.make(Files.createDirectory(folder.resolve("tiny"))).toString();
    }

    private static Run generate(String... more) {
        return Run.of(Stream.concat(Stream.of("generate", "--model", model), Stream.of(more))
                .toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource({
        "--decoding, gredy, greedy, beam-search",
        "--decoding, sampling:temprature=1, temperature, topP",
        "--decoding, beam-search:beams=many, beams, many",
        "--decoding, sampling:temperature=-1, temperature, -1",
        "--rule, repetition, repetition-penalty, no-repeat-ngram",
        "--rule, repetition-penalty:x, repetition-penalty, x",
        "--compute, f8, f32, bf16"
    })
    void aSpecThatDoesNotExistIsAnsweredWithWhatDoes(String option, String spec, String first, String second) {
        generate("once", option, spec).refused(3, first, second);
    }

    @Test
    void aDraftModelThatDoesNotExistOrFitIsNamed() throws IOException {
        generate("once", "--decoding", "speculative:draft=absent").refused(3, "absent");
        String other = TinyFolder.make(
                        Files.createDirectory(folder.resolve("other")),
                        281,
                        Files.readString(folder.resolve("tiny/tokenizer.json")),
                        0)
                .toString();
        generate("once", "--decoding", "speculative:draft=" + other).refused(3, "281", "280");
    }

    @Test
    void anOptionThatMakesNoSenseIsUsage() {
        generate("once", "--kernels", "maybe").refused(2, "--kernels", "maybe");
        generate("once", "--threads", "-1").refused(2, "--threads", "-1");
        generate("once", "--max-tokens", "many").refused(2, "--max-tokens", "many");
        generate("once", "--ids", "5").refused(2, "--ids", "not both");
        generate().refused(2, "--ids");
        generate("--ids", "5", "--chat").refused(2, "--chat");
        generate("once", "upon").refused(2, "upon", "chainrule generate --help");
        generate("once", "--modle").refused(2, "--modle", "chainrule generate --help");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1,x", "1,,2", "99999999999", "1.5"})
    void idsAreWholeNumbers(String ids) {
        generate("--ids", ids).refused(3, "--ids", "1,2,3");
    }

    @Test
    void idsBeyondTheVocabularyAreRefused() {
        generate("--ids", "5,280").refused(3, "280");
        generate("--ids", "-1").refused(3, "-1");
        Run.of("score", "--ids", "5,280", "--model", model).refused(3, "280");
    }

    @Test
    void aNumberOfTokensBelowZeroIsRefused() {
        generate("once", "--max-tokens", "-1").refused(3, "-1");
    }

    @Test
    void aTextWithoutATokenIsRefusedByAllThatReadOne() throws IOException {
        generate("").refused(3, "empty");
        Run.of("score", "", "--model", model).refused(3, "no text");
        Path empty = Files.writeString(folder.resolve("empty.txt"), "");
        Run.of("eval", empty.toString(), "--model", model).refused(3, empty.toString());
        Run.of("eval", folder.resolve("absent.txt").toString(), "--model", model)
                .refused(3, "absent.txt");
    }

    @Test
    void aTextLongerThanTheContextIsRefused() {
        generate("time ".repeat(100)).refused(3, "64");
        Run.of("score", "time ".repeat(100), "--model", model).refused(3, "64");
    }

    @Test
    void aRunOfNothingLeavesNothingBehind() throws IOException {
        Path nothing = Files.writeString(folder.resolve("nothing.txt"), "");
        Path out = folder.resolve("empty-run");
        Run run = Run.of("train", "--data", nothing.toString(), "--out", out.toString());
        assertThat(run.code()).as(run.err()).isEqualTo(3);
        assertThat(run.err().lines().toList().getLast()).contains(nothing.toString(), "no text");
        assertThat(out).doesNotExist();
    }

    @Test
    void aFolderThatCannotBeWrittenIsNamed() throws IOException {
        Path text = Files.writeString(folder.resolve("text.txt"), "once upon a time ".repeat(50));
        Path below = text.resolve("run");
        Run.of("train", "--data", text.toString(), "--out", below.toString())
                .refused(3, below.toString(), "Not a directory");
        Run.of("train", "--resume", "--out", below.toString()).refused(3, below.toString(), "no checkpoint");
        Run.of(
                        "train",
                        "--data",
                        folder.resolve("absent").toString(),
                        "--out",
                        folder.resolve("r").toString())
                .refused(3, "absent");
        assertThat(folder.resolve("r")).doesNotExist();
    }

    @Test
    void whatForwardPassesAloneCannotDoIsSaid() {
        String data = folder.resolve("absent.txt").toString();
        String out = folder.resolve("never").toString();
        mezo(data, out, "--optimizer", "mezo").refused(2, "--from");
        mezo(data, out, "--optimizer", "mezo", "--from", model, "--clip", "1").refused(2, "--clip");
        mezo(data, out, "--optimizer", "mezo", "--from", model, "--checkpointing")
                .refused(2, "--checkpointing");
        mezo(data, out, "--optimizer", "mezo", "--from", model, "--compute", "bf16")
                .refused(2, "bf16", "epsilon");
        mezo(data, out, "--optimizer", "mezo:learningRate=1", "--from", model, "--learning-rate", "1")
                .refused(2, "not both");
        mezo(data, out, "--optimizer", "mezo:epsilon=0", "--from", model).refused(3, "ε");
        mezo(data, out, "--optimizer", "adam").refused(3, "adam-w", "mezo");
        assertThat(folder.resolve("never")).doesNotExist();
    }

    private static Run mezo(String data, String out, String... more) {
        List<String> all = new ArrayList<>(List.of("train", "--data", data, "--out", out));
        all.addAll(List.of(more));
        return Run.of(all.toArray(String[]::new));
    }

    @Test
    void aTraceIsPrintedOnRequestOnly() {
        assertThat(generate("once", "--rule", "x").err().lines()).hasSize(1);
        Run asked = Run.in(Map.of("CHAINRULE_DEBUG", "1"), "", "generate", "once", "--model", model, "--rule", "x");
        assertThat(asked.code()).isEqualTo(3);
        assertThat(asked.err()).contains("\tat chainrule.");
    }
}
