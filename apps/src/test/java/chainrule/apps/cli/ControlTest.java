package chainrule.apps.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import chainrule.apps.TinyFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class ControlTest {
    @TempDir
    static Path folder;

    private static String model = "";

    @BeforeAll
    static void makeAModel() throws IOException {
        model = TinyFolder.make(Files.createDirectory(folder.resolve("tiny"))).toString();
    }

    private static Run control(String action, String... more) {
        List<String> all = new ArrayList<>(List.of("control", action, "--model", model, "--max-tokens", "6"));
        all.addAll(List.of(more));
        return Run.of(all.toArray(String[]::new));
    }

    @Test
    void fitSaysHowFarTheTargetIsAndHowOftenAModelsTextIsAccepted() {
        JsonNode found = control("fit", "--always", "contains:o", "--samples", "200", "--json")
                .json();
        double rate = found.get("features").get(0).get("model").doubleValue();
        assertThat(rate).isBetween(0.01, 0.99);
        assertThat(found.get("features").get(0).get("target").doubleValue()).isEqualTo(1);
        assertThat(found.get("z").get("value").doubleValue()).isCloseTo(rate, offset(1e-9));
        assertThat(found.get("kl").get("value").doubleValue()).isCloseTo(-Math.log(rate), offset(1e-9));
        assertThat(found.get("acceptance").doubleValue()).isCloseTo(rate, offset(1e-9));
        JsonNode mean = control("fit", "--mean", "0.5*contains:o", "--samples", "400", "--json")
                .json();
        assertThat(mean.get("lambda").size()).isEqualTo(1);
        assertThat(mean.get("features").get(0).get("target").doubleValue()).isCloseTo(0.5, offset(0.12));
        assertThat(control("fit", "--mean", "0.5*contains:o", "--samples", "100")
                        .done())
                .contains("effectiveSampleSize");
    }

    @Test
    void sampledTextsKeepWhatWasAskedFor() {
        JsonNode found = control("sample", "--always", "contains:o", "--count", "7", "--json")
                .json();
        assertThat(found.get("texts").size()).isEqualTo(7);
        found.get("texts").forEach(text -> assertThat(text.stringValue()).contains("o"));
        assertThat(found.get("drawn").intValue()).isGreaterThan(7);
    }

    @Test
    void aTrainedModelCanBeLoadedAndItsRunGoneOnWith() throws IOException {
        Path out = folder.resolve("trained");
        String[] options = {
            "--always",
            "contains:o",
            "--samples",
            "50",
            "--out",
            out.toString(),
            "--batch",
            "12",
            "--interval",
            "2",
            "--json",
            "--steps",
            "4"
        };
        JsonNode done = control("train", options).json();
        assertThat(done.get("step").intValue()).isEqualTo(4);
        assertThat(done.get("evaluation").get("moments").size()).isEqualTo(1);
        assertThat(Run.of("generate", "once", "--model", out.toString(), "--max-tokens", "3")
                        .code())
                .isZero();
        control("train", options).refused(Verb.BAD_INPUT, "not empty");
        List<String> evaluations = Files.readAllLines(out.resolve("evaluations.jsonl"));
        assertThat(evaluations).hasSize(3);
        assertThat(out.resolve("run.safetensors")).doesNotExist();
        Files.writeString(out.resolve("checkpoints/latest"), "step-2\n");
        Path weights = out.resolve("model.safetensors");
        byte[] trained = Files.readAllBytes(weights);
        JsonNode again = Run.of("control", "train", "--resume", "--out", out.toString(), "--json")
                .json();
        assertThat(again).isEqualTo(done);
        assertThat(Files.readAllLines(out.resolve("evaluations.jsonl"))).isEqualTo(evaluations);
        assertThat(Files.readAllBytes(weights)).isEqualTo(trained);
        assertThat(Run.of("control", "train", "--resume", "--out", out.toString(), "--json")
                        .json())
                .isEqualTo(done);
        Run.of("train", "--resume", "--out", out.toString())
                .refused(Verb.BAD_INPUT, "does not hold a command of this verb");
    }

    @Test
    void whatCannotBeIsSaidInASentence() {
        control("fit").refused(Verb.USAGE, "--always");
        control("fit", "--always", "contans:o").refused(Verb.BAD_INPUT, "contains");
        control("fit", "--mean", "0.5*contains:ß", "--samples", "30").refused(Verb.BAD_INPUT, "never occurs");
        control("train", "--always", "contains:o").refused(Verb.USAGE, "--out");
        Path none = folder.resolve("none");
        control("train", "--mean", "0.5*contains:ß", "--samples", "30", "--out", none.toString())
                .refused(Verb.BAD_INPUT, "never occurs");
        assertThat(none).doesNotExist();
        assertThat(Run.of("control", "--help").done()).contains("pronoun-majority", "ends-with");
    }
}
