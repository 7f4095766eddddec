package chainrule.apps.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PullTest {
    private static final String WEIGHTS = "model.safetensors";

    @TempDir
    static Path published;

    private static Path model = Path.of("unset");

    @TempDir
    private Path home;

    private SmallHub hub;

    @BeforeAll
    static void makeAModel() throws IOException {
        model = ChatFolder.make(published, "model");
    }

    PullTest() throws IOException {
        hub = new SmallHub(model);
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    private Run pull(String... args) {
        return Run.in(environment(), "", args);
    }

    private Map<String, String> environment() {
        return Map.of("CHAINRULE_HOME", home.toString(), "CHAINRULE_HUB", hub.address());
    }

    private Path stored() {
        return home.resolve("models/some/model");
    }

    @Test
    void theFilesArriveInTheStore() throws IOException {
        Run run = pull("pull", "some/model");
        assertThat(run.done()).isEqualTo(stored() + "\n");
        assertThat(hub.asked).containsExactlyInAnyOrderElementsOf(hub.names());
        for (String name : hub.names()) {
            assertThat(stored().resolve(name)).hasSameBinaryContentAs(model.resolve(name));
        }
    }

    @Test
    void whatIsThereAlreadyIsNotFetchedAgain() {
        pull("pull", "some/model").done();
        hub.asked.clear();
        var json = pull("pull", "some/model", "--json").json();
        assertThat(json.get("model").stringValue()).isEqualTo("some/model");
        assertThat(json.get("path").stringValue()).isEqualTo(stored().toString());
        assertThat(hub.asked).isEmpty();
    }

    @Test
    void aKilledTransferGoesOnWhereItStopped(@TempDir Path folder) throws IOException, InterruptedException {
        hub.holdAt(100_000);
        Path part = home.resolve("models/.partial/some/model").resolve(WEIGHTS + ".part");
        try (Child child = Child.start(folder, environment(), "pull", "some/model")) {
            child.await(() -> part.toFile().length() == 100_000);
        }
        assertThat(stored()).doesNotExist();
        hub.close();
        hub = new SmallHub(model);
        pull("pull", "some/model").done();
        assertThat(hub.asked).containsExactly(WEIGHTS + " bytes=100000-");
        assertThat(stored().resolve(WEIGHTS)).hasSameBinaryContentAs(model.resolve(WEIGHTS));
    }

    @Test
    void whatWasFetchedGoesByItsName(@TempDir Path folder) throws IOException, InterruptedException {
        pull("pull", "some/model").done();
        try (Child child = Child.start(folder, environment(), "info", "some/model", "--json")) {
            assertThat(child.end()).as(child.err()).isZero();
            assertThat(child.out()).contains("llama");
        }
    }

    @Test
    void aWrongChecksumLeavesNoModelBehind() throws IOException {
        hub.damage(WEIGHTS);
        Run run = pull("pull", "some/model");
        assertThat(run.code()).as(run.err()).isEqualTo(3);
        assertThat(run.err()).as("progress, then the sentence").startsWith("chat_template.jinja ");
        assertThat(run.err().lines().toList().getLast())
                .startsWith("chainrule: ")
                .contains(WEIGHTS, "checksum");
        assertThat(stored()).doesNotExist();
        assertThat(home.resolve("models/.partial/some/model").resolve(WEIGHTS)).doesNotExist();
        assertThat(home.resolve("models/.partial/some/model").resolve(WEIGHTS + ".part"))
                .doesNotExist();
    }

    @Test
    void offlineNothingIsFetched() {
        Map<String, String> offline =
                Map.of("CHAINRULE_HOME", home.toString(), "CHAINRULE_HUB", hub.address(), "CHAINRULE_OFFLINE", "1");
        Run.in(offline, "", "pull", "some/model").refused(3, "CHAINRULE_OFFLINE");
        assertThat(hub.asked).isEmpty();
        assertThat(home).isEmptyDirectory();
    }

    @Test
    void aHubThatIsNotThereIsNamed() {
        hub.close();
        pull("pull", "some/model").refused(1, hub.address(), "cannot be reached");
    }

    @Test
    void whatIsNoModelIsRefused() {
        pull("pull", "other/model").refused(3, "other/model", "404");
        pull("pull", "../model").refused(3, "../model", "owner/name");
        pull("pull", "some/model/none.gguf").refused(3, "none.gguf");
        pull("pull").refused(2, "NAME", "chainrule pull --help");
    }

    @Test
    void aStoreThatCannotBeMadeIsNamed() throws IOException {
        Path file = Files.writeString(home.resolve("models"), "");
        pull("pull", "some/model").refused(1, file.toString(), "Not a directory");
    }
}
