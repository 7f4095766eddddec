package chainrule.apps.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import chainrule.apps.TinyFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** {@code --adapter} on every verb that opens a model, and {@code train --lora} and {@code --prefix}. */
class AdapterTest {
    private static final String TEXT = "once upon a time";

    @TempDir
    static Path folder;

    private static String model = "";
    private static String lora = "";
    private static String prefix = "";
    private static String text = "";

    @BeforeAll
    static void makeAdapters() throws IOException {
        Path base = TinyFolder.make(Files.createDirectory(folder.resolve("tiny")));
        model = base.toString();
        text = Files.writeString(folder.resolve("text.txt"), "a time there was upon a time ".repeat(200))
                .toString();
        lora = folder.resolve("lora").toString();
        Run trained = train(lora, "--steps", "4", "--lora", "rank=4,targets=[all-linear]");
        assertThat(trained.code()).as(trained.err()).isZero();
        assertThat(trained.err())
                .contains("Adapter: ", "the adapter is in " + lora, "--model " + model + " --adapter " + lora);
        prefix = folder.resolve("prefix").toString();
        train(prefix, "--steps", "60", "--prefix", "length=4").done();
    }

    private static Run train(String out, String... options) {
        String[] usual = ("train --batch 2 --length 16 --learning-rate 0.05 --eval-every 0 --sample-every 2 --data "
                        + text + " --from " + model + " --out " + out)
                .split(" ");
        return Run.of(Stream.of(usual, options).flatMap(Stream::of).toArray(String[]::new));
    }

    private static JsonNode score(String of, String... options) {
        String[] usual = {"score", TEXT, "--compute", "f32", "--json", "--model", of};
        return Run.of(Stream.of(usual, options).flatMap(Stream::of).toArray(String[]::new))
                .json()
                .get("logprobs");
    }

    private static double difference(JsonNode a, JsonNode b) {
        assertThat(a.size()).isEqualTo(b.size()).isGreaterThan(3);
        double most = 0;
        for (int i = 1; i < a.size(); i++) {
            most = Math.max(most, Math.abs(a.get(i).doubleValue() - b.get(i).doubleValue()));
        }
        return most;
    }

    @Test
    void aRunHoldsTheAdapterAsPeftWouldWriteIt() throws IOException {
        assertThat(Path.of(lora, "adapter_model.safetensors")).exists();
        assertThat(Path.of(lora, "model.safetensors")).doesNotExist();
        assertThat(Files.readString(Path.of(lora, "adapter_config.json"))).contains("LORA", model);
    }

    @Test
    void everyVerbReadsTheModelThroughItsAdapter() {
        for (String adapter : List.of(lora, prefix)) {
            JsonNode adapted = score(model, "--adapter", adapter);
            assertThat(difference(adapted, score(model))).as(adapter).isGreaterThan(0.02);
            assertThat(difference(adapted, score(model, "--adapter", adapter, "--kernels", "off")))
                    .isLessThan(1e-4);
            Run.of("generate", TEXT, "--model", model, "--adapter", adapter, "--max-tokens", "5")
                    .done();
            Run.of("compare", TEXT, "--model", model, "--adapter", adapter, "--decoding", "greedy", "--max-tokens", "5")
                    .done();
            double tuned = perplexity("--adapter", adapter);
            assertThat(tuned).isNotCloseTo(perplexity(), offset(1e-3));
        }
        assertThat(perplexity("--adapter", lora)).isLessThan(perplexity());
        assertThat(perplexity("--adapter", prefix)).isLessThan(perplexity());
    }

    private static double perplexity(String... options) {
        String[] usual = {"eval", text, "--model", model, "--window", "32", "--stride", "16", "--limit", "200", "--json"
        };
        return Run.of(Stream.of(usual, options).flatMap(Stream::of).toArray(String[]::new))
                .json()
                .get("perplexity")
                .doubleValue();
    }

    @Test
    void aConversationGoesThroughTheAdapter() throws IOException {
        Path base = Files.createDirectory(folder.resolve("chat"));
        try (Stream<Path> files = Files.list(Path.of(model))) {
            for (Path file : files.toList()) {
                Files.copy(file, base.resolve(file.getFileName()));
            }
        }
        Files.writeString(base.resolve("chat_template.jinja"), "{% for m in messages %}{{ m.content }}{% endfor %}");
        String said = said(base.toString());
        assertThat(said(base.toString(), "--adapter", prefix)).isNotEqualTo(said);
    }

    private static String said(String of, String... options) {
        String[] usual = {"chat", "--model", of, "--decoding", "greedy", "--max-tokens", "12", "--compute", "f32"};
        return Run.hearing(
                        "a time\n",
                        Stream.of(usual, options).flatMap(Stream::of).toArray(String[]::new))
                .done();
    }

    @Test
    void infoShowsWhatAnAdapterIs() {
        JsonNode low = Run.of("info", model, "--adapter", lora, "--json").json().get("adapter");
        assertThat(low.get("kind").stringValue()).isEqualTo("lora");
        assertThat(low.get("rank").intValue()).isEqualTo(4);
        assertThat(low.get("maps").intValue()).isEqualTo(3 * 7);
        JsonNode before =
                Run.of("info", model, "--adapter", prefix, "--json").json().get("adapter");
        assertThat(before.get("kind").stringValue()).isEqualTo("prefix");
        assertThat(before.get("length").intValue()).isEqualTo(4);
        assertThat(before.get("parameters").intValue()).isEqualTo(4 * 3 * 2 * 32);
    }

    @Test
    void whatIsExportedWithAnAdapterIsTheAdaptedModel() {
        String merged = folder.resolve("merged").toString();
        Run.of("export", model, merged, "--adapter", lora, "--dtype", "f32").done();
        assertThat(difference(score(merged), score(model, "--adapter", lora))).isLessThan(1e-4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--lora rank=2", "--prefix length=3"})
    void aRunGoesOnWhereItStopped(String adapter) throws IOException {
        String out = folder.resolve("resumed" + adapter.substring(2, 6)).toString();
        String[] train = ("train --batch 2 --length 16 " + adapter + " --eval-every 0 --save-every 2 --json --data "
                        + text + " --from " + model + " --out " + out)
                .split(" ");
        assertThat(Run.in(Map.of("CHAINRULE_STEPS", "4"), "", train)
                        .json()
                        .get("step")
                        .intValue())
                .isEqualTo(4);
        byte[] whole = Files.readAllBytes(Path.of(out, "adapter_model.safetensors"));
        Files.writeString(Path.of(out, "checkpoints/latest"), "step-2\n");
        assertThat(Run.of("train", "--resume", "--json", "--out", out)
                        .json()
                        .get("step")
                        .intValue())
                .isEqualTo(4);
        assertThat(Path.of(out, "adapter_model.safetensors")).hasBinaryContent(whole);
    }

    @Test
    void whatCannotBeIsRefusedInASentence() {
        Run.of("score", TEXT, "--model", model, "--adapter", model).refused(3, model, "there is no adapter");
        Run.of("export", model, folder.resolve("never").toString(), "--adapter", prefix)
                .refused(3, prefix, "is a prefix");
        assertThat(folder.resolve("never")).doesNotExist();
        Run.of("train", "--data", text, "--lora", "--out", folder.resolve("no").toString())
                .refused(2, "--lora", "--from");
        train(folder.resolve("no").toString(), "--lora", "rank=x").refused(3, "rank must be a whole number");
        train(folder.resolve("no").toString(), "--lora", "targets=[q]").refused(3, "no linear map 'q'", "q_proj");
        train(folder.resolve("no").toString(), "--lora", "--prefix").refused(2, "--lora or --prefix");
        train(folder.resolve("no").toString(), "--prefix", "length=64").refused(3, "no room for a text");
        train(folder.resolve("no").toString(), "--prefix", "length=50").refused(3, "context of 14", "--length");
        assertThat(folder.resolve("no")).doesNotExist();
    }
}
