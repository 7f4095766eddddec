package chainrule.apps.cli;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.tensor.Processor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class DoctorTest {
    private static Run doctor(Map<String, String> environment, String... more) {
        return more.length == 0 ? Run.in(environment, "", "doctor") : Run.in(environment, "", "doctor", more[0]);
    }

    @Test
    void whatModelsNeedIsNamed() {
        JsonNode json = doctor(Map.of(), "--json").json();
        assertThat(json.get("java").stringValue()).startsWith(System.getProperty("java.runtime.version"));
        assertThat(json.get("vectorApi").stringValue()).isEqualTo("present");
        assertThat(json.get("processor").stringValue()).isEqualTo(Processor.describe());
        assertThat(json.get("natives").stringValue()).contains("libtorch").matches(".*\\d+\\.\\d+.*");
        assertThat(json.get("threads").intValue()).isEqualTo(torch.get_num_threads());
        assertThat(json.get("memory").stringValue()).matches("[\\d.]+ GB, [\\d.]+ GB free; .*heap.* [\\d.]+ GB");
        assertThat(json.get("amx").stringValue()).startsWith(Processor.amx() ? "yes" : "no");
        assertThat(json.get("bf16").stringValue()).startsWith(Processor.bf16() ? "yes" : "no");
        assertThat(json.get("vnni").stringValue()).startsWith(Processor.vnni() ? "yes" : "no");
        assertThat(json.get("decoding").stringValue()).isIn("f32", "bf16", "int8");
        assertThat(json.get("training").stringValue()).isIn("f32", "bf16");
    }

    @Test
    void aLineOfTextStandsForEveryEntryOfTheObject() {
        JsonNode json = doctor(Map.of(), "--json").json();
        Run plain = doctor(Map.of());
        assertThat(plain.done().lines().map(line -> line.split(" ", 2)[0]))
                .containsExactlyElementsOf(json.propertyNames());
        assertThat(plain.out().lines()).allMatch(line -> line.matches("\\S+ +\\S.*"));
        assertThat(plain.err()).isEmpty();
    }

    @Test
    void theStoreIsTheFolderThatTheEnvironmentNames(@TempDir Path home) throws IOException {
        Path model = Files.createDirectories(home.resolve("models/some/model"));
        Files.writeString(model.resolve("config.json"), "{}");
        assertThat(doctor(Map.of("CHAINRULE_HOME", home.toString()), "--json")
                        .json()
                        .get("store")
                        .stringValue())
                .isEqualTo(home.resolve("models") + ", models: 1");
        assertThat(doctor(Map.of(), "--json").json().get("store").stringValue())
                .startsWith(Path.of(System.getProperty("user.home"), ".cache", "chainrule", "models")
                        .toString());
    }

    @Test
    void whetherAnythingMayBeFetchedIsSaid() {
        assertThat(doctor(Map.of(), "--json").json().get("offline").stringValue())
                .isEqualTo("no");
        assertThat(doctor(Map.of("CHAINRULE_OFFLINE", "1"), "--json")
                        .json()
                        .get("offline")
                        .stringValue())
                .startsWith("yes");
        assertThat(doctor(Map.of("CHAINRULE_OFFLINE", "0"), "--json")
                        .json()
                        .get("offline")
                        .stringValue())
                .as("as pull reads it")
                .isEqualTo("no");
    }
}
