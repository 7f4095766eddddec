package chainrule.model.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import chainrule.Golden;
import chainrule.checkpoint.Checkpoint;
import chainrule.checkpoint.Safetensors;
import chainrule.checkpoint.TensorFile;
import chainrule.model.Cache;
import chainrule.model.CausalLM;
import chainrule.model.Decoder;
import chainrule.model.Input;
import chainrule.model.Segment;
import chainrule.model.Side;
import chainrule.model.Site;
import chainrule.model.Step;
import chainrule.model.Tap;
import chainrule.model.Tokens;
import chainrule.nn.Compute;
import chainrule.nn.Tree;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.ObjectMapper;

/** Every family against PyTorch and transformers, at the tolerances of {@code golden/models/ORIGIN.md}. */
class GoldenModelsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static Path folder(String name) {
        return Golden.path("models/" + name);
    }

    private static Decoder load(String name) {
        return Models.load(Checkpoint.open(folder(name)));
    }

    private static double difference(Tensor found, Tensor expected) {
        assertThat(found.numel()).isEqualTo(expected.numel());
        return found.to(ScalarType.Float)
                .sub(expected.view(found.shape()))
                .abs()
                .max()
                .item_double();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gpt2",
                "llama",
                "llama3",
                "mistral",
                "qwen2",
                "qwen3",
                "gpt_neox",
                "gpt_neox_sequential",
                "llama_bf16",
                "llama_deep",
                "llama_sharded"
            })
    void logitsAndHiddenStatesAgree(String name) {
        String reference = name.equals("llama_sharded") ? "llama" : name;
        try (Decoder lm = load(name);
                TensorFile expected = Safetensors.open(folder(reference).resolve("reference.safetensors"));
                var _ = new Scope();
                var _ = new NoGradGuard()) {
            Map<Site, Tensor> seen = new HashMap<>();
            Step step = lm.forward(Input.of(expected.read("ids")), (site, x) -> {
                seen.put(site, x);
                return x;
            });
            assertThat(difference(step.logits(0, step.rows()), expected.read("logits")))
                    .isLessThan(2e-5);
            int layers = lm.depth();
            for (int l = 0; l < layers; l++) {
                Tensor in = seen.get(new Site(Site.Kind.BLOCK_IN, l));
                assertThat(difference(in, expected.read("hidden_states." + l)))
                        .as("before block " + l)
                        .isLessThan(1e-4);
            }
            assertThat(difference(seen.get(Site.FINAL), expected.read("hidden_states." + layers)))
                    .isLessThan(1e-4);
            assertThat(difference(
                            seen.get(new Site(Site.Kind.BLOCK_OUT, layers - 1)), expected.read("last_block_output")))
                    .isLessThan(1e-4);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gpt2",
                "llama",
                "llama3",
                "mistral",
                "qwen2",
                "gpt_neox",
                "gpt_neox_sequential",
                "llama_bf16",
                "llama_deep"
            })
    void theOlderFormOfTheConfigurationSaysTheSame(String name) throws Exception {
        Settings older = new Settings(
                "config_v4.json",
                JSON.readTree(folder(name).resolve("config_v4.json").toFile()));
        assertThat(Family.of(older).read(older))
                .isEqualTo(Models.form(Checkpoint.open(folder(name))).config());
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "llama", "llama3", "mistral", "qwen2", "qwen3", "gpt_neox", "gpt_neox_sequential"})
    void decodingThroughKernelsAgrees(String name) {
        try (Decoder plain = load(name);
                CausalLM lm = plain.forDecoding(Compute.F32);
                TensorFile expected = Safetensors.open(folder(name).resolve("reference.safetensors"));
                Cache cache = lm.newCache(Side.NONE);
                var _ = new Scope();
                var _ = new NoGradGuard()) {
            Tensor logits = expected.read("logits").select(0, 0);
            int[] ids = ids(expected.read("ids").select(0, 0));
            lm.extend(List.of(Segment.prompt(cache, Arrays.copyOf(ids, 3))));
            cache.keep(new int[] {0, 1, 2}, new int[0]);
            for (int t = 3; t < ids.length; t++) {
                var segment = new Segment(new Tokens.Row(ids[t]), new int[] {-1}, cache, Tap.NONE, Segment.Kind.DECODE);
                Step step = lm.extend(List.of(segment)).getFirst();
                assertThat(difference(step.logits(0, 1), logits.narrow(0, t, 1)))
                        .as("token " + t)
                        .isLessThan(2e-5);
                cache.keep(new int[] {0}, new int[0]);
            }
        }
    }

    private static int[] ids(Tensor t) {
        return Arrays.stream(Ops.longs(t)).mapToInt(Math::toIntExact).toArray();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gpt2",
                "llama",
                "llama3",
                "mistral",
                "qwen2",
                "qwen3",
                "gpt_neox",
                "gpt_neox_sequential",
                "llama_bf16"
            })
    void paddedRowsReadAsTheyDoAlone(String name) {
        try (Decoder lm = load(name);
                TensorFile expected = Safetensors.open(folder(name).resolve("reference.safetensors"));
                var _ = new Scope();
                var _ = new NoGradGuard()) {
            Tensor ids = expected.read("padded.ids");
            long[] lengths = Ops.longs(
                    expected.read("padded.attention_mask").sum(new long[] {1}, false, new ScalarTypeOptional()));
            int width = (int) ids.size(1);
            // The reference pads on the left; here a text begins its row and padding follows it.
            int[][] rows = new int[lengths.length][width];
            for (int b = 0; b < rows.length; b++) {
                int[] row = ids(ids.select(0, b));
                System.arraycopy(row, width - (int) lengths[b], rows[b], 0, (int) lengths[b]);
            }
            Tensor found = lm.forward(Input.of(Ops.ids(rows)), Tap.NONE)
                    .logits(0, rows.length * width)
                    .unflatten(0, rows.length, width);
            for (int b = 0; b < rows.length; b++) {
                Tensor logits = expected.read("padded.logits").select(0, b).narrow(0, width - lengths[b], lengths[b]);
                assertThat(difference(found.select(0, b).narrow(0, 0, lengths[b]), logits))
                        .isLessThan(2e-5);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gpt2",
                "llama",
                "llama3",
                "mistral",
                "qwen2",
                "qwen3",
                "gpt_neox",
                "gpt_neox_sequential",
                "llama_bf16"
            })
    void gradientsAgree(String name) throws Exception {
        var inputs = JSON.readTree(folder(name).resolve("inputs.json").toFile());
        try (Decoder lm = load(name);
                TensorFile expected = Safetensors.open(folder(name).resolve("gradients.safetensors"));
                TensorFile reference = Safetensors.open(folder(name).resolve("reference.safetensors"));
                var _ = new Scope()) {
            Tree parameters = lm.parameters();
            parameters.tensors().values().forEach(t -> t.set_requires_grad(true));
            Tensor ids = reference.read("ids");
            long b = ids.size(0);
            long t = ids.size(1);
            Tensor logits = lm.forward(Input.of(ids), Tap.NONE)
                    .logits(0, (int) (b * t))
                    .unflatten(0, b, t)
                    .narrow(1, 0, t - 1);
            Tensor loss = torch.cross_entropy_loss(
                    logits.flatten(0, 1), ids.narrow(1, 1, t - 1).flatten());
            assertThat(loss.item_double()).isCloseTo(inputs.get("loss").doubleValue(), offset(2e-6));
            loss.backward(new Tensor(), new BoolOptional(), false, new TensorArrayRefOptional());
            Models.Form form = Models.form(Checkpoint.open(folder(name)));
            Map<String, Tensor> gradients = new HashMap<>();
            parameters.tensors().forEach((path, p) -> gradients.put(path, p.grad()));
            for (Stored s : form.family().layout(form.config())) {
                Tensor found = s.join(s.ours().stream().map(gradients::get).toList());
                // In memory transformers calls GPT-NeoX's head by another name than in a checkpoint.
                Tensor wanted = expected.read(s.name().equals("embed_out.weight") ? "lm_head.weight" : s.name());
                double most = wanted.abs().max().item_double();
                assertThat(difference(found, wanted)).as(s.name()).isLessThan(1e-4 * most + 1e-5);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "llama3", "mistral", "qwen2", "qwen3", "gpt_neox", "gpt_neox_sequential"})
    void whatIsSavedLoadsAsTheSameModel(String name, @TempDir Path temporary) throws Exception {
        Checkpoint original = Checkpoint.open(folder(name));
        Models.Form form = Models.form(original);
        try (Decoder lm = Models.load(original)) {
            Models.save(form, lm.parameters(), Map.of("eos_token_id", 2), ScalarType.Float, temporary);
            Checkpoint saved = Checkpoint.open(temporary);
            assertThat(Models.form(saved)).isEqualTo(form);
            try (TensorFile before = original.openWeights();
                    TensorFile after = saved.openWeights();
                    var _ = new Scope()) {
                for (Stored s : form.family().layout(form.config())) {
                    assertThat(torch.equal(before.read(s.name()), after.read(s.name())))
                            .as(s.name())
                            .isTrue();
                }
                assertThat(Models.unknown(form, after)).isEmpty();
            }
        }
        assertThat(Files.list(temporary).map(f -> f.getFileName().toString()))
                .containsExactlyInAnyOrder("config.json", "model.safetensors");
    }
}
