package chainrule.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.checkpoint.Safetensors;
import chainrule.checkpoint.TensorFile;
import chainrule.model.Cache;
import chainrule.model.CausalLM;
import chainrule.model.Decoder;
import chainrule.model.Input;
import chainrule.model.Segment;
import chainrule.model.Side;
import chainrule.model.Step;
import chainrule.model.Tap;
import chainrule.model.Tokens;
import chainrule.model.family.Models;
import chainrule.nn.Compute;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Adapters against PEFT, at the tolerances of {@code golden/adapters/ORIGIN.md}. */
class GoldenAdaptersTest {
    private static Models.Form form(String name) {
        return Models.form(Bases.base(name));
    }

    private static Adapter read(String name) {
        return PeftFolder.read(Bases.adapter(name), form(name));
    }

    private static Adapted on(String name, Decoder base) {
        return Adapted.of(read(name), base);
    }

    private static TensorFile reference(String name) {
        return Safetensors.open(Bases.adapter(name).resolve("reference.safetensors"));
    }

    private static double difference(Tensor found, Tensor expected) {
        assertThat(found.numel()).isEqualTo(expected.numel());
        return found.sub(expected.view(found.shape())).abs().max().item_double();
    }

    private static Tensor logits(CausalLM lm, Tensor ids) {
        Step step = lm.forward(Input.of(ids), Tap.NONE);
        return step.logits(0, step.rows());
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2_lora", "llama_lora", "llama_lora_all_rslora", "llama_prefix"})
    void logitsAgree(String name) {
        try (Decoder base = Models.load(Bases.base(name));
                Adapted lm = on(name, base);
                TensorFile expected = reference(name);
                var _ = new Scope();
                var _ = new NoGradGuard()) {
            Tensor ids = expected.read("ids");
            assertThat(difference(logits(lm, ids), expected.read("logits"))).isLessThan(2e-5);
            assertThat(difference(logits(base, ids), expected.read("logits"))).isGreaterThan(1e-2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2_lora", "llama_lora", "llama_lora_all_rslora", "llama_prefix"})
    void gradientsAgree(String name, @TempDir Path folder) throws Exception {
        try (Decoder base = Models.load(Bases.base(name));
                Adapted lm = on(name, base);
                TensorFile expected = reference(name);
                var _ = new Scope()) {
            lm.parameters().tensors().values().forEach(t -> t.set_requires_grad(true));
            Tensor ids = expected.read("ids");
            long b = ids.size(0);
            long t = ids.size(1);
            Tensor rows = logits(lm, ids).unflatten(0, b, t).narrow(1, 0, t - 1).flatten(0, 1);
            torch.cross_entropy_loss(rows, ids.narrow(1, 1, t - 1).flatten())
                    .backward(new Tensor(), new BoolOptional(), false, new TensorArrayRefOptional());
            try (var _ = new NoGradGuard()) {
                lm.parameters().tensors().values().forEach(p -> p.copy_(p.grad()));
            }
            // The gradients are written as an adapter, so that they have PEFT's names.
            PeftFolder.write(lm.adapter(), form(name), "base", folder);
            try (TensorFile found = Safetensors.open(folder.resolve("adapter_model.safetensors"))) {
                List<String> names = expected.directory().keySet().stream()
                        .filter(n -> n.startsWith("grad."))
                        .toList();
                assertThat(names).hasSameSizeAs(found.directory().keySet()).isNotEmpty();
                for (String wanted : names) {
                    String mine = name.equals("llama_prefix") ? "prompt_embeddings" : wanted.substring(5);
                    double most = expected.read(wanted).abs().max().item_double();
                    assertThat(most).isPositive();
                    assertThat(difference(found.read(mine), expected.read(wanted)))
                            .as(wanted)
                            .isLessThan(1e-4 * most + 1e-5);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2_lora", "llama_lora", "llama_lora_all_rslora"})
    void mergedWeightsAgreeAndAreTheSameModel(String name) {
        Models.Form form = form(name);
        try (Decoder base = Models.load(Bases.base(name));
                Adapted lm = on(name, base);
                Decoder merged = lm.merged();
                Decoder loaded = Models.load(Bases.base(name), lm.adapter().change());
                TensorFile expected = Safetensors.open(Bases.adapter(name).resolve("merged.safetensors"));
                TensorFile reference = reference(name);
                var _ = new Scope();
                var _ = new NoGradGuard()) {
            for (Decoder each : List.of(merged, loaded)) {
                Map<String, Tensor> stored = Models.stored(form, each.parameters());
                expected.directory()
                        .keySet()
                        .forEach(key -> assertThat(difference(stored.get(key).contiguous(), expected.read(key)))
                                .as(key)
                                .isLessThan(1e-6));
                Tensor ids = reference.read("ids");
                assertThat(difference(logits(each, ids), logits(lm, ids))).isLessThan(1e-4);
                assertThat(each.parameters().tensors().keySet())
                        .isEqualTo(base.parameters().tensors().keySet());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2_lora", "llama_lora", "llama_lora_all_rslora", "llama_prefix"})
    void decodingSaysWhatForwardSays(String name) {
        try (Adapter adapter = read(name);
                TensorFile expected = reference(name);
                CausalLM loaded = Models.loadForDecoding(Bases.base(name), Compute.F32, adapter.change());
                Decoder base = Models.load(Bases.base(name));
                CausalLM packed = adapter.on(base).forDecoding(Compute.F32);
                Decoder plain = Models.load(Bases.base(name), adapter.change());
                var _ = new Scope();
                var _ = new NoGradGuard()) {
            int[] ids = Arrays.stream(Ops.longs(expected.read("ids").select(0, 0)))
                    .mapToInt(Math::toIntExact)
                    .toArray();
            Tensor logits = expected.read("logits").select(0, 0);
            for (CausalLM lm : List.of(loaded, packed, plain)) {
                assertThat(difference(decoded(lm, ids), logits)).isLessThan(2e-5);
            }
        }
    }

    /** Logits after a prompt of 7 tokens and after each one that follows. */
    private static Tensor decoded(CausalLM lm, int... ids) {
        try (Cache cache = lm.newCache(Side.NONE);
                var scope = new Scope()) {
            Tensor prompt = lm.extend(List.of(Segment.prompt(cache, Arrays.copyOf(ids, 7))))
                    .getFirst()
                    .logits(0, 7);
            cache.keep(new int[] {0, 1, 2, 3, 4, 5, 6}, new int[0]);
            List<Tensor> all = new java.util.ArrayList<>(List.of(prompt));
            for (int t = 7; t < ids.length; t++) {
                var next = new Segment(new Tokens.Row(ids[t]), new int[] {-1}, cache, Tap.NONE, Segment.Kind.DECODE);
                all.add(lm.extend(List.of(next)).getFirst().logits(0, 1));
                cache.keep(new int[] {0}, new int[0]);
            }
            assertThat(cache.length()).isEqualTo(ids.length);
            return scope.keep(Ops.cat(all, 0));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2_lora", "llama_lora", "llama_lora_all_rslora", "llama_prefix"})
    void decodingInBfloat16SaysWhatForwardInItSays(String name) {
        try (Decoder base = Models.load(Bases.base(name));
                Adapted lm = on(name, base);
                CausalLM packed = lm.forDecoding(Compute.BF16);
                TensorFile expected = reference(name);
                var _ = new Scope();
                var _ = new NoGradGuard()) {
            Tensor ids = expected.read("ids").narrow(0, 0, 1);
            int[] row = Arrays.stream(Ops.longs(ids)).mapToInt(Math::toIntExact).toArray();
            Tensor exact = logits(lm, ids);
            // Rounding of bfloat16, against what the adapter itself changes.
            double effect = difference(logits(base, ids), exact);
            double rounding = difference(logits(base.in(Compute.BF16), ids), logits(base, ids));
            double bound = 4 * rounding + 1e-3;
            assertThat(difference(logits(lm.in(Compute.BF16), ids), exact)).isLessThan(bound);
            assertThat(difference(decoded(packed, row), exact)).isLessThan(bound);
            assertThat(effect).isGreaterThan(2 * bound);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2_lora", "llama_lora", "llama_lora_all_rslora", "llama_prefix"})
    void whatIsWrittenIsWhatPeftWrote(String name, @TempDir Path folder) throws Exception {
        try (Adapter adapter = read(name)) {
            PeftFolder.write(adapter, form(name), "../../models/base", folder);
        }
        try (TensorFile mine = Safetensors.open(folder.resolve("adapter_model.safetensors"));
                TensorFile theirs = Safetensors.open(Bases.adapter(name).resolve("adapter_model.safetensors"));
                var _ = new Scope()) {
            assertThat(mine.directory().keySet()).isEqualTo(theirs.directory().keySet());
            theirs.directory()
                    .keySet()
                    .forEach(n -> assertThat(torch.equal(mine.read(n), theirs.read(n)))
                            .as(n)
                            .isTrue());
        }
        var written = PeftFolder.config(folder).json();
        var original = PeftFolder.config(Bases.adapter(name)).json();
        for (String key : List.of(
                "peft_type",
                "task_type",
                "inference_mode",
                "bias",
                "use_rslora",
                "fan_in_fan_out",
                "r",
                "target_modules",
                "num_virtual_tokens",
                "num_layers",
                "num_attention_heads",
                "token_dim",
                "num_transformer_submodules",
                "prefix_projection")) {
            assertThat(written.path(key)).as(key).isEqualTo(original.path(key));
        }
        assertThat(written.path("lora_alpha").doubleValue(0))
                .isEqualTo(original.path("lora_alpha").doubleValue(0));
        assertThat(Files.list(folder).map(f -> f.getFileName().toString()))
                .containsExactlyInAnyOrder("adapter_config.json", "adapter_model.safetensors");
    }
}
