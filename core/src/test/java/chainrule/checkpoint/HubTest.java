package chainrule.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubTest {
    private static final byte[] WEIGHTS = random(1, 300_000);
    private static final Hub.Listener QUIET = (_, _, _) -> {};

    @TempDir
    private Path folder;

    private ModelStore store = new ModelStore(Path.of("unset"));
    private FakeHub hub;

    HubTest() throws IOException {
        hub = new FakeHub();
    }

    @BeforeEach
    void model() {
        store = new ModelStore(folder.resolve("models"));
        hub.put("config.json", "{\"model_type\":\"llama\"}")
                .put("tokenizer.json", "{}")
                .put("README.md", "# Model")
                .put("LICENSE", "Apache")
                .put("pytorch_model.bin", "old")
                .put("onnx/model.onnx", "other")
                .put("model.safetensors", WEIGHTS);
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    private static byte[] random(long seed, int size) {
        byte[] bytes = new byte[size];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }

    private Hub.Settings settings(Optional<String> token) {
        return new Hub.Settings(hub.address(), token, Duration.ZERO, Duration.ofSeconds(20));
    }

    private Path pull(String request) throws IOException {
        return new Hub(settings(Optional.empty())).pull(Hub.Request.of(request), store, QUIET);
    }

    private List<String> stored() throws IOException {
        Path model = store.folder("some/model");
        try (Stream<Path> files = Files.walk(model)) {
            return files.filter(Files::isRegularFile)
                    .map(f -> model.relativize(f).toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void whatAModelNeedsIsFetchedAndNothingElse() throws IOException {
        Map<String, Long> heard = new HashMap<>();
        Path model = new Hub(settings(Optional.empty()))
                .pull(Hub.Request.of("some/model"), store, (file, done, total) -> {
                    assertThat(done).isBetween(heard.getOrDefault(file, 0L), total);
                    heard.put(file, done);
                });
        assertThat(model).isEqualTo(store.resolve("some/model"));
        assertThat(stored())
                .containsExactly("LICENSE", "README.md", "config.json", "model.safetensors", "tokenizer.json");
        assertThat(model.resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
        assertThat(heard)
                .containsEntry("model.safetensors", (long) WEIGHTS.length)
                .containsKey("config.json");
        assertThat(store.names()).containsExactly("some/model");
    }

    @Test
    void aListOfSeveralPagesIsReadToItsEnd() throws IOException {
        hub.page(2);
        pull("some/model");
        assertThat(stored()).contains("model.safetensors");
    }

    @Test
    void aBrokenTransferGoesOnWhereItStopped() throws IOException {
        hub.breaks.put("model.safetensors", 100_000);
        pull("some/model");
        assertThat(store.folder("some/model").resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
        assertThat(hub.asked)
                .filteredOn(a -> a.path().endsWith("model.safetensors"))
                .extracting(FakeHub.Asked::range)
                .satisfies(ranges -> {
                    assertThat(ranges).hasSize(2);
                    assertThat(ranges.get(0)).isEmpty();
                    assertThat(ranges.get(1))
                            .hasValueSatisfying(r -> assertThat(r).matches("bytes=[1-9]\\d*-"));
                });
    }

    @Test
    void whatALaterCallFindsOfAnEarlierOneIsUsed() throws IOException {
        Path part = leavePart();
        int there = (int) Files.size(part);
        hub.asked.clear();
        pull("some/model");
        assertThat(store.folder("some/model").resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
        assertThat(hub.askedPaths()).containsExactly("model.safetensors");
        assertThat(hub.asked.getLast().range()).contains("bytes=" + there + "-");
        assertThat(stored()).doesNotContain("model.safetensors.part");
    }

    /** A transfer whose every attempt fails. */
    private Path leavePart() throws IOException {
        Path part = folder.resolve("models/.partial/some/model/model.safetensors.part");
        Hub.Listener stopHub = (file, _, _) -> {
            if (file.equals("model.safetensors")) {
                hub.close();
            }
        };
        hub.breaks.put("model.safetensors", 100_000);
        assertThatThrownBy(() -> new Hub(settings(Optional.empty())).pull(Hub.Request.of("some/model"), store, stopHub))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("goes on from there");
        assertThat(store.folder("some/model")).doesNotExist();
        assertThat(part).isNotEmptyFile();
        hub = new FakeHub();
        model();
        return part;
    }

    @Test
    void anotherFileOnTheHubStartsFromItsBeginning() throws IOException {
        leavePart();
        byte[] other = random(2, 250_000);
        hub.put("model.safetensors", other);
        pull("some/model");
        assertThat(store.folder("some/model").resolve("model.safetensors")).hasBinaryContent(other);
    }

    @Test
    void aChangedValidatorStartsFromTheBeginning() throws IOException {
        Path part = leavePart();
        Path tag = part.resolveSibling("model.safetensors.part.tag");
        Files.write(tag, List.of(Files.readAllLines(tag).getFirst(), "\"another\""));
        hub.asked.clear();
        pull("some/model");
        assertThat(hub.asked.getLast().range()).isPresent();
        assertThat(store.folder("some/model").resolve("model.safetensors")).hasBinaryContent(WEIGHTS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.safetensors", "config.json"})
    void aWrongChecksumIsRefusedAndWhatArrivedRemoved(String file) {
        byte[] damaged = file.equals("config.json")
                ? "{\"model_type\":\"LLAMA\"}".getBytes(StandardCharsets.UTF_8)
                : random(3, WEIGHTS.length);
        hub.send(file, damaged);
        assertThatThrownBy(() -> pull("some/model"))
                .isInstanceOf(BadInput.class)
                .hasMessageContainingAll(file, "checksum");
        assertThat(store.folder("some/model")).doesNotExist();
        assertThat(folder.resolve("models/.partial/some/model/" + file)).doesNotExist();
        assertThat(folder.resolve("models/.partial/some/model/" + file + ".part"))
                .doesNotExist();
    }

    @Test
    void moreBytesThanAnnouncedAreRefused() {
        hub.send("model.safetensors", random(1, WEIGHTS.length + 5));
        assertThatThrownBy(() -> pull("some/model"))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("more than the 300000 bytes");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../config.json",
                "/etc/config.json",
                "a/../../config.json",
                "..\\\\config.json",
                "a/..",
                "C:config.json"
            })
    void aFileOutsideTheFolderIsRefused(String path) {
        hub.put(path, "{}");
        assertThatThrownBy(() -> pull("some/model"))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("leads out of the folder");
        assertThat(store.folder("some/model")).doesNotExist();
    }

    @Test
    void anIndexThatNamesAFileOutsideTheFolderIsRefused() throws IOException {
        try (FakeHub sharded = new FakeHub()) {
            sharded.put("config.json", "{}")
                    .put("model.safetensors.index.json", "{\"weight_map\":{\"a\":\"../../x.safetensors\"}}");
            Hub client = new Hub(
                    new Hub.Settings(sharded.address(), Optional.empty(), Duration.ZERO, Duration.ofSeconds(20)));
            assertThatThrownBy(() -> client.pull(Hub.Request.of("some/model"), store, QUIET))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("no safetensors file of this folder");
        }
    }

    @Test
    void shardsAreFetchedAsTheIndexSays() throws IOException {
        try (FakeHub sharded = new FakeHub()) {
            sharded.put("config.json", "{}")
                    .put(
                            "model.safetensors.index.json",
                            "{\"weight_map\":{\"a\":\"m-1.safetensors\",\"b\":\"m-2.safetensors\"}}")
                    .put("m-1.safetensors", random(4, 5000))
                    .put("m-2.safetensors", random(5, 6000))
                    .put("m-3.safetensors", random(6, 100));
            new Hub(new Hub.Settings(sharded.address(), Optional.empty(), Duration.ZERO, Duration.ofSeconds(20)))
                    .pull(Hub.Request.of("some/model"), store, QUIET);
            assertThat(stored())
                    .containsExactly(
                            "config.json", "m-1.safetensors", "m-2.safetensors", "model.safetensors.index.json");
        }
    }

    @Test
    void aNamedGgufComesWithoutTheRestAndASecondOneJoinsIt() throws IOException {
        hub.put("model-q4_1.gguf", random(7, 4000)).put("model-q8_0.gguf", random(8, 8000));
        pull("some/model/model-q4_1.gguf");
        assertThat(stored()).containsExactly("LICENSE", "README.md", "model-q4_1.gguf");
        pull("some/model/model-q8_0.gguf");
        assertThat(stored()).contains("model-q4_1.gguf", "model-q8_0.gguf");
        assertThat(store.names()).containsExactly("some/model/model-q4_1.gguf", "some/model/model-q8_0.gguf");
        assertThat(store.resolve("some/model/model-q8_0.gguf")).exists();
    }

    @Test
    void whatIsThereAlreadyIsNotFetchedAgain() throws IOException {
        pull("some/model");
        hub.asked.clear();
        pull("some/model");
        assertThat(hub.askedPaths()).isEmpty();
        hub.put("config.json", "{\"model_type\":\"gpt2\"}");
        pull("some/model");
        assertThat(hub.askedPaths()).containsExactly("config.json");
        assertThat(store.folder("some/model").resolve("config.json")).hasContent("{\"model_type\":\"gpt2\"}");
    }

    @Test
    void theTokenGoesToTheHubButNotWhereItRedirectsTo() throws IOException {
        try (FakeHub elsewhere = new FakeHub()) {
            elsewhere
                    .put("config.json", "{\"model_type\":\"llama\"}")
                    .put("tokenizer.json", "{}")
                    .put("README.md", "# Model")
                    .put("LICENSE", "Apache")
                    .put("model.safetensors", WEIGHTS);
            hub.redirectTo(elsewhere.address().toString());
            new Hub(settings(Optional.of("hf_secret"))).pull(Hub.Request.of("some/model"), store, QUIET);
            assertThat(hub.asked)
                    .isNotEmpty()
                    .allSatisfy(a -> assertThat(a.authorization()).contains("Bearer hf_secret"));
            assertThat(elsewhere.asked)
                    .hasSize(5)
                    .allSatisfy(a -> assertThat(a.authorization()).isEmpty());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///etc/passwd?", "ftp://127.0.0.1", "http://", "::"})
    void aRedirectToWhatIsNoWebAddressIsNotFollowed(String address) {
        hub.redirectTo(address);
        assertThatThrownBy(() -> pull("some/model"))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("redirects");
    }

    @Test
    void aRedirectInACircleEnds() {
        hub.redirectTo(hub.address().toString());
        assertThatThrownBy(() -> pull("some/model"))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("redirects more than 10 times");
    }

    @Test
    void aConnectionOnWhichNothingComesCountsAsBroken() {
        hub.silent();
        Hub.Settings impatient =
                new Hub.Settings(hub.address(), Optional.empty(), Duration.ZERO, Duration.ofMillis(400));
        assertThatThrownBy(() -> new Hub(impatient).pull(Hub.Request.of("some/model"), store, QUIET))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("broke off at 1000 of 300000 bytes");
    }

    @Test
    void whatAHubDoesNotHaveIsSaidPlainly() {
        assertThatThrownBy(() -> pull("no/model"))
                .isInstanceOf(BadInput.class)
                .hasMessageContainingAll("no/model", "404", "HF_TOKEN");
        assertThatThrownBy(() -> pull("some/model/none.gguf"))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("no file none.gguf");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "a/b/c",
                "../x",
                "a/..",
                "/abs/x",
                "a b/c",
                "a/b@",
                "a/b@../x",
                "a/b@x y",
                "a\\b",
                "a/b?x=1",
                "a/b#c",
                "-/b",
                "a//b"
            })
    void whatIsNoRepositoryIsRefused(String text) {
        assertThatThrownBy(() -> Hub.Request.of(text))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("is no model on a hub");
    }

    @Test
    void aRequestNamesARepositoryARevisionAndAFile() {
        assertThat(Hub.Request.of("gpt2")).isEqualTo(new Hub.Request("gpt2", "main", Optional.empty()));
        assertThat(Hub.Request.of("a/b@refs/pr/1")).isEqualTo(new Hub.Request("a/b", "refs/pr/1", Optional.empty()));
        assertThat(Hub.Request.of("a/b/c-Q4_1.gguf@v1.0"))
                .isEqualTo(new Hub.Request("a/b", "v1.0", Optional.of("c-Q4_1.gguf")));
    }

    @Test
    void theEnvironmentSaysWhereTheHubIsAndThatThereIsNone() {
        assertThat(Hub.Settings.of(Map.of()).endpoint()).hasToString("https://huggingface.co");
        assertThat(Hub.Settings.of(Map.of("HF_ENDPOINT", "https://a.example/", "HF_TOKEN", " t ")))
                .satisfies(s -> {
                    assertThat(s.endpoint()).hasToString("https://a.example");
                    assertThat(s.token()).contains("t");
                });
        assertThat(Hub.Settings.of(Map.of("HF_ENDPOINT", "https://a", "CHAINRULE_HUB", "http://b"))
                        .endpoint())
                .hasToString("http://b");
        assertThatThrownBy(() -> Hub.of(Map.of("CHAINRULE_OFFLINE", "1")))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("CHAINRULE_OFFLINE");
        assertThatThrownBy(() -> Hub.of(Map.of("CHAINRULE_HUB", "nonsense")))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("nonsense");
        assertThatThrownBy(() -> Hub.of(Map.of("CHAINRULE_HUB", "http://b", "HF_TOKEN", "t")))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("unencrypted");
    }
}
