package chainrule.apps.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import chainrule.apps.TinyFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class MainTest {
    @TempDir
    static Path folder;

    private static String model = "";

    @BeforeAll
    static void makeAModel() throws IOException {
        model = TinyFolder.make(Files.createDirectory(folder.resolve("tiny"))).toString();
    }

    @Test
    void generateAnswersInOneObject() {
        JsonNode json = Run.of(
                        "generate", "once upon", "--model", model, "--max-tokens", "5", "--compute", "f32", "--json")
                .json();
        JsonNode text = json.get("texts").get(0);
        assertThat(json.get("decoding").stringValue()).isEqualTo("greedy");
        assertThat(text.get("ids").size())
                .isEqualTo(text.get("logprobs").size())
                .isLessThanOrEqualTo(5);
        assertThat(text.get("finish").stringValue()).isIn("stop", "length");
    }

    @Test
    void beamSearchGivesItsBestTexts() {
        JsonNode json = Run.of(
                        "generate",
                        "--ids",
                        "5,6,7",
                        "--model",
                        model,
                        "--decoding",
                        "beam-search:beams=3,best=2",
                        "--max-tokens",
                        "4",
                        "--json")
                .json();
        assertThat(json.get("texts").size()).isEqualTo(2);
    }

    @Test
    void aSeedGivesTheSameTextAgain() {
        String[] args = {
            "generate",
            "once",
            "--model",
            model,
            "--decoding",
            "sampling:temperature=1.5",
            "--seed",
            "3",
            "--max-tokens",
            "12",
            "--json"
        };
        assertThat(Run.of(args).json().get("texts").get(0).get("ids"))
                .isEqualTo(Run.of(args).json().get("texts").get(0).get("ids"));
    }

    @Test
    void scoreGivesEveryTokenItsLogProbabilityAndTheBestAlternatives() {
        JsonNode json = Run.of(
                        "score", "once upon a time", "--model", model, "--top", "3", "--compute", "f32", "--json")
                .json();
        int length = json.get("ids").size();
        assertThat(json.get("logprobs").size()).isEqualTo(length);
        assertThat(json.get("logprobs").get(0).isNull()).isTrue();
        assertThat(json.get("top").get(0).isNull()).isTrue();
        assertThat(json.get("top").get(1).size()).isEqualTo(3);
        assertThat(json.get("logprobs").get(1).doubleValue())
                .isLessThanOrEqualTo(json.get("top").get(1).get(0).get(1).doubleValue());
    }

    @Test
    void evalScoresEachTokenOnce() throws IOException {
        Path text = Files.writeString(folder.resolve("text.txt"), "once upon a time there was a time ".repeat(20));
        JsonNode json = Run.of("eval", text.toString(), "--model", model, "--window", "32", "--stride", "16", "--json")
                .json();
        int tokens = Run.of("tokenize", Files.readString(text), "--model", model, "--json")
                .json()
                .get("ids")
                .size();
        assertThat(json.get("tokens").intValue()).isEqualTo(tokens - 1);
        double nll = json.get("nll").doubleValue();
        assertThat(json.get("perplexity").doubleValue()).isCloseTo(Math.exp(nll / (tokens - 1)), offset(1e-6));
        assertThat(json.get("bitsPerByte").doubleValue()).isCloseTo(nll / Math.log(2) / Files.size(text), offset(1e-9));
    }

    @Test
    void onATerminalProgressIsRewrittenWhereTheVerbWritesAllElse() throws IOException {
        Path text = Files.writeString(folder.resolve("measured.txt"), "once upon a time there was a time ".repeat(20));
        Run run = Run.in(
                Map.of("CHAINRULE_TERMINAL", "1"),
                "",
                "eval",
                text.toString(),
                "--model",
                model,
                "--window",
                "32",
                "--stride",
                "16");
        assertThat(run.done()).startsWith("perplexity");
        assertThat(run.err()).contains("\reval ").contains("tokens  in ");
    }

    @Test
    void infoKnowsTheFamilyAndTheSize() {
        JsonNode json = Run.of("info", model, "--json").json();
        assertThat(json.get("family").stringValue()).isEqualTo("llama");
        assertThat(json.get("parameters").longValue()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "generate",
                "chat",
                "score",
                "eval",
                "info",
                "pull",
                "tokenize",
                "template",
                "doctor",
                "train",
                "completion"
            })
    void everyVerbHelpsWithAnExample(String verb) {
        Run help = Run.of(verb, "--help");
        assertThat(help.code()).isZero();
        assertThat(help.out()).contains("Usage:").contains("xample");
    }

    @Test
    void whatDoesNotExistIsAnsweredWithWhatDoes() {
        assertThat(Run.of("generat", "x").code()).isEqualTo(2);
        assertThat(Run.of("generat", "x").err()).contains("generate");
        Run spec = Run.of("generate", "x", "--model", model, "--decoding", "gredy");
        assertThat(spec.code()).isEqualTo(3);
        assertThat(spec.err()).contains("greedy").doesNotContain("\tat ");
        Run absent = Run.of("generate", "x", "--model", folder.resolve("absent").toString());
        assertThat(absent.code()).isEqualTo(3);
        assertThat(absent.err().lines()).hasSize(1);
    }

    @Test
    void anEmptyPromptAndOneBeyondTheContextAreRefused() {
        assertThat(Run.of("generate", "", "--model", model).code()).isEqualTo(3);
        Run tooLong = Run.of("generate", "time ".repeat(200), "--model", model);
        assertThat(tooLong.code()).isEqualTo(3);
        assertThat(tooLong.err()).contains("64");
    }

    @Test
    void trainMakesAModelThatGenerates() throws IOException {
        Path text = Files.writeString(
                folder.resolve("corpus.txt"), "once upon a time there was a very small model. ".repeat(80));
        String out = folder.resolve("run").toString();
        Run trained = Run.of(
                "train",
                "--data",
                text.toString(),
                "--out",
                out,
                "--steps",
                "3",
                "--batch",
                "2",
                "--length",
                "16",
                "--layers",
                "1",
                "--width",
                "32",
                "--heads",
                "2",
                "--vocabulary",
                "300",
                "--json");
        assertThat(trained.code()).as(trained.err()).isZero();
        assertThat(trained.err())
                .contains("\nstep 3/3  loss ", "\ntokenising 0.0/3.8 kB", "\ntokenising 3.8/3.8 kB  in ")
                .doesNotContain("\r");
        assertThat(Path.of(out, "metrics.jsonl")).exists();
        assertThat(Run.of("generate", "once", "--model", out, "--max-tokens", "3", "--json")
                        .json()
                        .get("texts")
                        .size())
                .isEqualTo(1);
        assertThat(Run.of("train", "--data", text.toString(), "--out", out).code())
                .as("a folder that is not empty")
                .isEqualTo(3);
    }

    @Test
    void trainTunesAModelWithForwardPassesAloneAndGoesOn() throws IOException {
        Path text = Files.writeString(folder.resolve("fable.txt"), "once upon a time there was a fable. ".repeat(80));
        String out = folder.resolve("tuned").toString();
        String[] train = ("train --optimizer mezo:learningRate=1e-5 --steps 3 --batch 2 --length 16 --json --from "
                        + model + " --data " + text + " --out " + out)
                .split(" ");
        Run trained = Run.of(train);
        assertThat(trained.code()).as(trained.err()).isZero();
        assertThat(trained.json().get("step").intValue()).isEqualTo(3);
        assertThat(trained.err()).contains("computing in f32");
        assertThat(Run.of("train", "--resume", "--json", "--out", out)
                        .json()
                        .get("step")
                        .intValue())
                .isEqualTo(3);
        assertThat(Run.of("train", "--help").out())
                .contains("  mezo:learningRate=1.0E-6")
                .contains("  adam:beta1=0.9");
    }

    @Test
    void aResumedRunKeepsTheOptionsThatTheEnvironmentGaveIt() throws IOException {
        Path text = Files.writeString(folder.resolve("story.txt"), "once upon a time there was a story. ".repeat(80));
        String out = folder.resolve("given").toString();
        String[] train = ("train --batch 2 --length 16 --layers 1 --width 32 --heads 2 --vocabulary 300 --json --data "
                        + text + " --out " + out)
                .split(" ");
        assertThat(Run.in(Map.of("CHAINRULE_STEPS", "3"), "", train)
                        .json()
                        .get("step")
                        .intValue())
                .isEqualTo(3);
        assertThat(Run.in(Map.of("CHAINRULE_STEPS", "7"), "", "train", "--resume", "--json", "--out", out)
                        .json()
                        .get("step")
                        .intValue())
                .isEqualTo(3);
    }
}
