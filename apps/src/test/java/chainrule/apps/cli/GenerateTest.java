package chainrule.apps.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import chainrule.apps.TinyFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class GenerateTest {
    @TempDir
    static Path folder;

    private static String model = "";

    @BeforeAll
    static void makeAModel() throws IOException {
        model = TinyFolder.make(Files.createDirectory(folder.resolve("tiny"))).toString();
    }

    private static JsonNode text(Map<String, String> environment, String... more) {
        return Run.in(
                        environment,
                        "",
                        Stream.concat(
                                        Stream.of("generate", "--model", model, "--compute", "f32", "--json"),
                                        Stream.of(more))
                                .toArray(String[]::new))
                .json()
                .get("texts")
                .get(0);
    }

    @Test
    void kernelsGiveTheTextOfThePlainDefinition() {
        String[] prompt = {"once upon a time", "--max-tokens", "40"};
        JsonNode on = text(Map.of(), prompt);
        JsonNode off = text(Map.of(), prompt[0], prompt[1], prompt[2], "--kernels", "off");
        assertThat(off.get("ids")).isEqualTo(on.get("ids"));
        assertThat(off.get("text")).isEqualTo(on.get("text"));
        for (int i = 0; i < on.get("logprobs").size(); i++) {
            assertThat(off.get("logprobs").get(i).doubleValue())
                    .isCloseTo(on.get("logprobs").get(i).doubleValue(), offset(1e-4));
        }
        assertThat(on.get("ids").size()).isGreaterThan(5);
    }

    @Test
    void theTextOfJsonIsTheTextThatIsShown() {
        JsonNode json = text(Map.of(), "once upon", "--max-tokens", "9");
        Run plain = Run.of("generate", "once upon", "--model", model, "--compute", "f32", "--max-tokens", "9");
        assertThat(plain.done()).isEqualTo(json.get("text").stringValue() + "\n");
        assertThat(plain.err()).matches("9 tokens in .* ended by length\\R");
    }

    @Test
    void aPromptComesFromStandardInputOrAsItsTokens() {
        JsonNode given = text(Map.of(), "once upon", "--max-tokens", "5");
        Run piped = Run.hearing(
                "once upon", "generate", "-", "--model", model, "--compute", "f32", "--max-tokens", "5", "--json");
        assertThat(piped.json().get("texts").get(0)).isEqualTo(given);
        String ids = Run.of("tokenize", "once upon", "--model", model, "--json")
                .json()
                .get("ids")
                .toString()
                .replaceAll("[\\[\\]]", "");
        assertThat(text(Map.of(), "--ids", ids, "--max-tokens", "5")).isEqualTo(given);
    }

    @Test
    void anOptionMayComeFromTheEnvironmentAndTheCommandLineWins() {
        Map<String, String> environment = Map.of("CHAINRULE_MAX_TOKENS", "3");
        assertThat(text(environment, "once").get("ids").size()).isEqualTo(3);
        assertThat(text(environment, "once", "--max-tokens", "2").get("ids").size())
                .isEqualTo(2);
    }

    @Test
    void draftsFromTheTextOrFromAModelGiveTheSameText() throws IOException {
        String[] prompt = {"once upon a time", "--max-tokens", "40"};
        JsonNode greedy = text(Map.of(), prompt);
        for (String draft : new String[] {"lookup", model, "\"" + model + "\",widths=[2;2]"}) {
            Run run = Run.of(
                    "generate",
                    prompt[0],
                    prompt[1],
                    prompt[2],
                    "--model",
                    model,
                    "--compute",
                    "f32",
                    "--json",
                    "--decoding",
                    "speculative:draft=" + draft + ",tokens=3");
            JsonNode all = run.json();
            assertThat(all.get("texts").get(0).get("ids")).isEqualTo(greedy.get("ids"));
            assertThat(all.get("decoding").stringValue())
                    .startsWith("speculative")
                    .contains("tokens=3");
            JsonNode drafted = all.get("drafted");
            assertThat(drafted.get("tokens").intValue())
                    .isEqualTo(greedy.get("ids").size() - 1);
            assertThat(run.err())
                    .contains(" tokens a pass, ", " of " + (draft.equals("lookup") ? "" : drafted(drafted)));
        }
    }

    private static int drafted(JsonNode drafted) {
        int sum = 0;
        for (JsonNode depth : drafted.get("depths")) {
            assertThat(depth.get("accepted")).isEqualTo(depth.get("judged"));
            sum += depth.get("drafted").intValue();
        }
        return sum;
    }

    @Test
    void aStopEndsTheTextBeforeIt() {
        String all =
                text(Map.of(), "once upon", "--max-tokens", "12").get("text").stringValue();
        String stop = all.substring(all.length() / 2, all.length() / 2 + 1);
        JsonNode stopped = text(Map.of(), "once upon", "--max-tokens", "12", "--stop", stop);
        assertThat(stopped.get("text").stringValue()).isEqualTo(all.substring(0, all.indexOf(stop)));
        assertThat(stopped.get("finish").stringValue()).isEqualTo("stop");
    }
}
