package chainrule.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chainrule.BadInput;
import chainrule.model.CausalLM;
import chainrule.model.Decoder;
import chainrule.model.Tiny;
import chainrule.model.family.Gpt2;
import chainrule.model.family.Llama;
import chainrule.model.family.Models;
import chainrule.nn.Compute;
import chainrule.nn.Tree;
import chainrule.objective.Batch;
import chainrule.objective.NextToken;
import chainrule.objective.Samples;
import chainrule.optim.AdamW;
import chainrule.optim.Optimizer;
import chainrule.optim.Pass;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class AdaptedTest {
    private static final Lora EVERYWHERE = new Lora(4, 8, false, List.of(Lora.ALL), 7);
    private static final int[] TEXT = Tiny.ids(15, 2);

    private static Map<String, float[]> values(Tree tree) {
        Map<String, float[]> all = new TreeMap<>();
        try (var _ = new Scope()) {
            tree.tensors().forEach((path, t) -> all.put(path, Ops.floats(t)));
        }
        return all;
    }

    private static void close(float[] found, float[] expected, double tolerance) {
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.length; i++) {
            assertThat((double) found[i]).isCloseTo(expected[i], within(tolerance));
        }
    }

    @Test
    void aFreshLoraChangesNothingBitForBit() {
        for (Models.Form form : Bases.forms()) {
            try (Decoder base = Tiny.decoder(form.config(), 3);
                    Adapted lm = EVERYWHERE.on(form, base);
                    CausalLM packed = lm.forDecoding(Compute.F32);
                    CausalLM basePacked = base.forDecoding(Compute.F32)) {
                assertThat(Bases.logits(lm, TEXT)).containsExactly(Bases.logits(base, TEXT));
                assertThat(Bases.logits(lm.in(Compute.BF16), TEXT))
                        .containsExactly(Bases.logits(base.in(Compute.BF16), TEXT));
                assertThat(Bases.logits(packed, TEXT)).containsExactly(Bases.logits(basePacked, TEXT));
                Bases.shake(lm.adapter(), 1);
                assertThat(Bases.logits(lm, TEXT)).isNotEqualTo(Bases.logits(base, TEXT));
            }
        }
    }

    @Test
    void aFreshPrefixReadsAsTheTokensItIsMadeOf() {
        var tuning = new PrefixTuning(5, 3);
        int[] before = tuning.tokens(101);
        int[] whole =
                IntStream.concat(Arrays.stream(before), Arrays.stream(TEXT)).toArray();
        for (Models.Form form : Bases.forms()) {
            try (Decoder base = Tiny.decoder(form.config(), 3);
                    Adapted lm = tuning.on(form, base);
                    CausalLM packed = lm.forDecoding(Compute.F32)) {
                float[] expected = Bases.logits(base, whole);
                expected = Arrays.copyOfRange(expected, before.length * 101, expected.length);
                close(Bases.logits(lm, TEXT), expected, 2e-5);
                close(Bases.logits(packed, TEXT), expected, 2e-5);
                assertThat(lm.context()).isEqualTo(59);
                assertThat(packed.context()).isEqualTo(59);
            }
        }
        assertThat(new PrefixTuning(5, 4).tokens(101)).isNotEqualTo(before);
    }

    @Test
    void factorsBeginAsThePaperSays() {
        var form = new Models.Form(new Llama(), Tiny.llama());
        try (Adapter adapter = EVERYWHERE.fresh(form);
                Adapter again = EVERYWHERE.fresh(form);
                Adapter other = new Lora(4, 8, false, List.of(Lora.ALL), 8).fresh(form)) {
            var values = values(adapter.parameters());
            values.forEach((path, v) -> {
                if (path.endsWith(".b")) {
                    assertThat(v).as(path).containsOnly(0f);
                } else {
                    double bound = 1 / Math.sqrt(v.length / 4.0);
                    float most = 0;
                    for (float x : v) {
                        most = Math.max(most, Math.abs(x));
                    }
                    assertThat((double) most).as(path).isBetween(0.9 * bound, bound);
                }
            });
            assertThat(values(again.parameters())).usingRecursiveComparison().isEqualTo(values);
            assertThat(values(other.parameters()).get("blocks.0.attention.q.a"))
                    .isNotEqualTo(values.get("blocks.0.attention.q.a"));
        }
    }

    @Test
    void theScaleIsAlphaOverRankOrItsRoot() {
        assertThat(new Lora(4, 8).scale()).isEqualTo(2);
        assertThat(new Lora(4, 8, true, List.of(), 0).scale()).isEqualTo(4);
    }

    @Test
    void queriesAndValuesAreAdaptedWhereNothingElseIsSaid() {
        try (Adapter llama = new Lora().fresh(new Models.Form(new Llama(), Tiny.llama()));
                Adapter gpt2 = new Lora().fresh(new Models.Form(new Gpt2(), Tiny.gpt2()))) {
            assertThat(llama.parameters().tensors().keySet())
                    .contains("blocks.2.attention.q.a", "blocks.2.attention.v.b")
                    .hasSize(12);
            assertThat(gpt2.parameters().tensors().keySet())
                    .as("parts of one stored matrix share A")
                    .contains("blocks.2.attention.q.a", "blocks.2.attention.k.b", "blocks.2.attention.v.b")
                    .hasSize(12);
        }
    }

    @Test
    void trainingMovesNothingButTheAdapter() {
        for (Models.Form form : Bases.forms()) {
            try (Decoder base = Tiny.decoder(form.config(), 3);
                    Adapted lora = EVERYWHERE.on(form, base);
                    Adapted prefix = new PrefixTuning().on(form, base)) {
                for (Adapted lm : List.of(lora, prefix)) {
                    var before = values(base.parameters());
                    var begun = values(lm.parameters());
                    double[] losses = train(lm, 8);
                    assertThat(losses[7]).isLessThan(losses[0] * 0.98);
                    assertThat(values(base.parameters()))
                            .usingRecursiveComparison()
                            .isEqualTo(before);
                    values(lm.parameters())
                            .forEach((path, v) -> assertThat(v).as(path).isNotEqualTo(begun.get(path)));
                }
            }
        }
    }

    /** The losses of some steps. */
    private static double[] train(Adapted lm, int steps) {
        double[] losses = new double[steps];
        try (var _ = new Scope();
                Optimizer.Run run = new AdamW(0.02).start(lm.parameters())) {
            Batch batch = Samples.batch(1, 3, 10);
            Pass pass = new Pass() {
                @Override
                public double value() {
                    throw new UnsupportedOperationException();
                }

                @Override
                public double backward() {
                    Tensor loss = new NextToken().sum(lm, batch);
                    loss.backward();
                    return loss.item_double();
                }
            };
            for (int i = 0; i < steps; i++) {
                losses[i] = run.step(List.of(pass), 1).loss();
            }
        }
        return losses;
    }

    @Test
    void aQuantisedTrunkStaysSoAndReadsAsItsFloats() {
        var form = new Models.Form(new Llama(), Tiny.llama());
        var whole = Tiny.quantised(3);
        try (Decoder codes = Decoder.create(form.config(), whole);
                Decoder floats = Decoder.create(form.config(), whole::get);
                Adapted onCodes = EVERYWHERE.on(form, codes);
                Adapted onFloats = EVERYWHERE.on(form, floats)) {
            assertThat(codes.parameters().tensors().keySet()).contains("blocks.0.mlp.up.weight.q");
            close(Bases.logits(onCodes, TEXT), Bases.logits(codes, TEXT), 0);
            var before = values(codes.parameters());
            double[] losses = train(onCodes, 8);
            double[] plain = train(onFloats, 8);
            assertThat(losses[7]).isLessThan(losses[0] * 0.98);
            for (int i = 0; i < losses.length; i++) {
                assertThat(losses[i]).isCloseTo(plain[i], within(1e-3));
            }
            assertThat(values(codes.parameters())).usingRecursiveComparison().isEqualTo(before);
            try (CausalLM packed = onCodes.forDecoding(Compute.F32);
                    CausalLM loaded = Decoder.createForDecoding(
                            form.config(), onCodes.adapter().change().weights().apply(whole), Compute.F32);
                    Decoder merged = onCodes.merged()) {
                close(Bases.logits(loaded, TEXT), Bases.logits(onCodes, TEXT), 2e-4);
                close(Bases.logits(packed, TEXT), Bases.logits(onCodes, TEXT), 2e-4);
                close(Bases.logits(merged, TEXT), Bases.logits(onCodes, TEXT), 2e-4);
                assertThat(merged.parameters().tensors().keySet())
                        .isEqualTo(floats.parameters().tensors().keySet());
            }
        }
    }

    @Test
    void theBaseOutlivesItsAdapters() {
        var form = new Models.Form(new Llama(), Tiny.llama());
        try (Decoder base = Tiny.decoder(form.config(), 3)) {
            float[] before = Bases.logits(base, TEXT);
            try (Adapted first = new Lora().on(form, base);
                    Adapted second = new PrefixTuning().on(form, base)) {
                Bases.shake(first.adapter(), 1);
                Bases.shake(second.adapter(), 2);
                assertThat(Bases.logits(first, TEXT)).isNotEqualTo(before);
                assertThat(Bases.logits(second, TEXT)).isNotEqualTo(before);
                assertThat(first.headWeight()).contains(base.embed());
                assertThat(second.headWeight()).contains(base.embed());
            }
            assertThat(Bases.logits(base, TEXT)).containsExactly(before);
        }
    }

    @Test
    void whatDoesNotFitIsRefusedInASentence() {
        var form = new Models.Form(new Llama(), Tiny.llama());
        var other = new Models.Form(new Llama(), Tiny.window());
        assertThatThrownBy(() -> new Lora(4, 8, false, List.of("c_attn"), 0).fresh(form))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("'c_attn'")
                .hasMessageContaining("q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj");
        try (Decoder base = Tiny.decoder(Tiny.llama(), 3)) {
            assertThatThrownBy(() -> new Lora().on(other, base))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("another base model");
            assertThatThrownBy(() -> new PrefixTuning(64, 0).on(form, base))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("64");
            try (Adapted lm = new PrefixTuning(5, 0).on(form, base)) {
                assertThatThrownBy(() -> Bases.logits(lm, new int[60]))
                        .isInstanceOf(BadInput.class)
                        .hasMessageContaining("60 tokens")
                        .hasMessageContaining("context of 59");
            }
        }
        assertThatThrownBy(() -> new Lora(0, 8)).hasMessageContaining("rank 0");
        assertThatThrownBy(() -> new Lora(4, 0)).hasMessageContaining("alpha 0");
        assertThatThrownBy(() -> new PrefixTuning(0, 0)).hasMessageContaining("length 0");
    }

    @Test
    void aLookIntoAnAdaptedModelNeedsNoGradient() {
        var form = new Models.Form(new Llama(), Tiny.llama());
        try (Decoder base = Tiny.decoder(form.config(), 3);
                Adapted lm = new PrefixTuning().on(form, base);
                var _ = new NoGradGuard()) {
            lm.parameters().tensors().values().forEach(t -> t.set_requires_grad(true));
            try (CausalLM packed = lm.forDecoding(Compute.F32)) {
                close(Bases.logits(packed, TEXT), Bases.logits(lm, TEXT), 2e-5);
            }
        }
    }
}
