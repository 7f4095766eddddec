package chainrule.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import chainrule.nn.Compute;
import chainrule.nn.Init;
import chainrule.nn.Tree;
import chainrule.tensor.Codes;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class DecoderTest {
    /** The contract for one shape of decoder in one form. */
    abstract static class Form extends CausalLMContract {
        private final DecoderConfig config;

        Form(DecoderConfig config) {
            this.config = config;
        }

        @Override
        protected CausalLM open() {
            return Tiny.decoder(config, 3);
        }

        /** The decoding form of the same weights. */
        CausalLM openFor(Compute compute) {
            try (Decoder plain = Tiny.decoder(config, 3)) {
                return plain.forDecoding(compute);
            }
        }

        @Override
        protected float tolerance() {
            return 2e-5f;
        }

        @Override
        protected List<Site> sites() {
            List<Site> all = new ArrayList<>(List.of(Site.EMBEDDING, Site.FINAL));
            for (int l = 0; l < config.layers(); l++) {
                for (var kind : List.of(
                        Site.Kind.BLOCK_IN, Site.Kind.HEADS, Site.Kind.ATTENTION, Site.Kind.MLP, Site.Kind.BLOCK_OUT)) {
                    all.add(new Site(kind, l));
                }
            }
            return all;
        }

        @Override
        protected Tensor vectors(CausalLM lm, Tensor ids) {
            return torch.embedding(lm.parameters().get("embed"), ids);
        }
    }

    @Nested
    class Llama extends Form {
        Llama() {
            super(Tiny.llama());
        }
    }

    @Nested
    class Gpt2 extends Form {
        Gpt2() {
            super(Tiny.gpt2());
        }
    }

    @Nested
    class Neox extends Form {
        Neox() {
            super(Tiny.neox());
        }
    }

    @Nested
    class Window extends Form {
        Window() {
            super(Tiny.window());
        }
    }

    @Nested
    class LlamaRows extends Form {
        LlamaRows() {
            super(Tiny.llama());
        }

        @Override
        protected CausalLM open() {
            return openFor(Compute.F32);
        }
    }

    @Nested
    class Gpt2Rows extends Form {
        Gpt2Rows() {
            super(Tiny.gpt2());
        }

        @Override
        protected CausalLM open() {
            return openFor(Compute.F32);
        }
    }

    @Nested
    class NeoxRows extends Form {
        NeoxRows() {
            super(Tiny.neox());
        }

        @Override
        protected CausalLM open() {
            return openFor(Compute.F32);
        }
    }

    @Nested
    class WindowRows extends Form {
        WindowRows() {
            super(Tiny.window());
        }

        @Override
        protected CausalLM open() {
            return openFor(Compute.F32);
        }
    }

    @Nested
    class LlamaBf16 extends Form {
        LlamaBf16() {
            super(Tiny.llama());
        }

        @Override
        protected CausalLM open() {
            return openFor(Compute.BF16);
        }

        @Override
        protected float tolerance() {
            return 1.5f;
        }
    }

    @Nested
    class LlamaInt8 extends Form {
        LlamaInt8() {
            super(Tiny.llama());
        }

        @Override
        protected CausalLM open() {
            return openFor(Compute.INT8);
        }

        @Override
        protected float tolerance() {
            return 1.5f;
        }
    }

    /** A decoder whose matrices are whole numbers. */
    abstract static class Quantised extends Form {
        private final DecoderConfig config;
        private final Compute compute;

        Quantised(DecoderConfig config, Compute compute) {
            super(config);
            this.config = config;
            this.compute = compute;
        }

        @Override
        protected CausalLM open() {
            return Decoder.createForDecoding(config, Tiny.quantised(3), compute);
        }

        @Override
        protected Tensor vectors(CausalLM lm, Tensor ids) {
            Codes embed = Tiny.quantised(3)
                    .codes("embed", config.vocabulary(), config.width())
                    .orElseThrow();
            try (Tree _ = Tree.of(embed)) {
                return torch.embedding(embed.floats(), ids);
            }
        }
    }

    @Nested
    class LlamaQuantised extends Quantised {
        LlamaQuantised() {
            super(Tiny.llama(), Compute.F32);
        }
    }

    @Nested
    class NeoxQuantised extends Quantised {
        NeoxQuantised() {
            super(Tiny.neox(), Compute.F32);
        }
    }

    @Nested
    class LlamaQuantisedBf16 extends Quantised {
        LlamaQuantisedBf16() {
            super(Tiny.llama(), Compute.BF16);
        }

        @Override
        protected float tolerance() {
            return 1.5f;
        }
    }

    @Test
    void wholeNumbersReadAndDecodeAsTheirFloatsDo() {
        Init whole = Tiny.quantised(3);
        for (DecoderConfig config : Tiny.all()) {
            try (CausalLM quantised = Decoder.createForDecoding(config, whole, Compute.F32);
                    CausalLM floats = Decoder.createForDecoding(config, whole::get, Compute.F32)) {
                assertThat(decoded(quantised)).isDeepEqualTo(decoded(floats));
            }
        }
    }

    /** What a model says after a prompt and after each of some decoded tokens. */
    private static float[][] decoded(CausalLM lm) {
        try (Cache cache = lm.newCache(Side.NONE);
                var _ = new Scope()) {
            float[][] said = new float[6][];
            int[] ids = Tiny.ids(20 + said.length, 4);
            for (int i = 0; i < said.length; i++) {
                Segment next = i == 0
                        ? Segment.prompt(cache, Arrays.copyOf(ids, 20))
                        : new Segment(
                                new Tokens.Row(new int[] {ids[20 + i]}),
                                Segment.chain(1),
                                cache,
                                Tap.NONE,
                                Segment.Kind.DECODE);
                Step step = lm.extend(List.of(next)).getFirst();
                said[i] = step.scores(step.rows() - 1);
                cache.keep(IntStream.range(0, step.rows()).toArray(), new int[0]);
            }
            return said;
        }
    }

    /** Keys lie in blocks of 64, a prompt's rows are computed 64 and products 128 at a time. */
    @Test
    void aPromptOfManyBlocksReadsAsTheDefinitionSays() {
        int[] ids = Tiny.ids(240, 4);
        for (DecoderConfig config : Tiny.all()) {
            try (Decoder plain = Tiny.decoder(Tiny.within(300, config), 3);
                    CausalLM fast = plain.forDecoding(Compute.F32);
                    Cache cache = fast.newCache(Side.NONE);
                    var _ = new Scope();
                    var _ = new NoGradGuard()) {
                Tensor expected = plain.forward(Input.of(Ops.ids(new int[][] {ids})), Tap.NONE)
                        .logits(0, ids.length);
                for (int[] part : List.of(Arrays.copyOf(ids, 70), Arrays.copyOfRange(ids, 70, 240))) {
                    int from = cache.length();
                    Step step =
                            fast.extend(List.of(Segment.prompt(cache, part))).getFirst();
                    Tensor found = step.logits(0, part.length);
                    cache.keep(IntStream.range(0, part.length).toArray(), new int[0]);
                    assertThat(found.sub(Ops.slice(expected, 0, from, cache.length()))
                                    .abs()
                                    .max()
                                    .item_double())
                            .as(config.attention() + " after " + from)
                            .isLessThan(1e-4);
                }
            }
        }
    }

    @Test
    void theConfigurationCountsTheParameters() {
        for (DecoderConfig config : Tiny.all()) {
            try (Decoder lm = Tiny.decoder(config, 1)) {
                assertThat(lm.parameters().size()).isEqualTo(config.parameters());
            }
        }
    }

    @Test
    void parametersAreNamedByTheirPaths() {
        try (Decoder lm = Tiny.decoder(Tiny.gpt2(), 1)) {
            assertThat(lm.parameters().tensors().keySet())
                    .contains(
                            "embed",
                            "positions.weight",
                            "blocks.2.attention.q.bias",
                            "blocks.0.mlp.down.weight",
                            "norm.weight",
                            "head.weight");
        }
    }

    @Test
    void aTextBeyondTheContextIsRefusedWithBothNumbers() {
        try (Decoder lm = Tiny.decoder(Tiny.llama(), 1);
                var _ = new Scope()) {
            Input tooLong = Input.of(Ops.ids(new int[][] {new int[65]}));
            assertThatThrownBy(() -> lm.forward(tooLong, Tap.NONE))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("65")
                    .hasMessageContaining("64");
        }
    }

    @Test
    void aFreshModelPredictsAlmostEvenly() {
        try (Decoder lm = Decoder.create(Tiny.gpt2(), Init.random(1));
                var _ = new Scope()) {
            Tensor logProbs = Ops.logSoftmax(
                    lm.forward(Input.of(Ops.ids(new int[][] {Tiny.ids(8, 1)})), Tap.NONE)
                            .logits(0, 8),
                    -1);
            assertThat(-logProbs.mean().item_double()).isBetween(4.4, 5.8);
        }
    }
}
