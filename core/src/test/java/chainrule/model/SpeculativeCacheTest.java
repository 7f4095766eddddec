package chainrule.model;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.decode.Engine;
import chainrule.decode.Request;
import chainrule.decode.Result;
import chainrule.decode.Sampling;
import chainrule.decode.Speculative;
import chainrule.decode.draft.DraftModel;
import chainrule.decode.draft.Drafted;
import chainrule.decode.draft.Lossless;
import chainrule.nn.Compute;
import chainrule.nn.Tree;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** After every pattern of accepted drafts the model's and the draft model's caches are those of the text read afresh. */
class SpeculativeCacheTest {
    private static final double CLOSE = 1e-5;

    /** Keys and values of all layers of the first {@code length} tokens. */
    private record Contents(int length, List<float[]> layers) {
        static Contents of(KeyValueCache cache, int layers) {
            List<float[]> all = new ArrayList<>();
            try (var _ = new Scope()) {
                for (int l = 0; l < layers; l++) {
                    for (Tensor t : List.of(
                            cache.layer(l).keys(cache.length()), cache.layer(l).values(cache.length()))) {
                        all.add(Ops.floats(t.contiguous()));
                    }
                }
            }
            return new Contents(cache.length(), all);
        }
    }

    /** A model that writes down what its cache holds of the text before every pass. */
    private record Watched(CausalLM lm, int layers, List<Contents> seen) implements CausalLM {
        Watched(Decoder lm) {
            this(lm.forDecoding(Compute.F32), lm.config().layers(), new ArrayList<>());
        }

        @Override
        public List<Step> extend(List<Segment> segments) {
            var cache = (KeyValueCache) segments.getFirst().cache();
            if (cache.length() > 0 && cache.live() == 0) {
                seen.add(Contents.of(cache, layers));
            }
            return lm.extend(segments);
        }

        @Override
        public int vocabulary() {
            return lm.vocabulary();
        }

        @Override
        public int context() {
            return lm.context();
        }

        @Override
        public Step forward(Input in, Tap tap) {
            return lm.forward(in, tap);
        }

        @Override
        public Cache newCache(Side side) {
            return lm.newCache(side);
        }

        @Override
        public CausalLM forDecoding(Compute compute) {
            return lm.forDecoding(compute);
        }

        @Override
        public Tree parameters() {
            return lm.parameters();
        }

        @Override
        public void close() {
            lm.close();
        }

        void compareWithReadingAfresh(int... text) {
            assertThat(seen).hasSizeGreaterThan(10);
            for (Contents kept : seen) {
                Contents fresh;
                try (var _ = new Scope();
                        var _ = new NoGradGuard();
                        Cache cache = lm.newCache(Side.NONE)) {
                    int[] ids = Arrays.copyOf(text, kept.length);
                    lm.extend(List.of(Segment.prompt(cache, ids)));
                    cache.keep(IntStream.range(0, ids.length).toArray(), new int[0]);
                    fresh = Contents.of((KeyValueCache) cache, layers);
                }
                for (int i = 0; i < fresh.layers.size(); i++) {
                    float[] expected = fresh.layers.get(i);
                    float[] found = kept.layers.get(i);
                    assertThat(found).hasSameSizeAs(expected);
                    double most = IntStream.range(0, found.length)
                            .mapToDouble(k -> Math.abs(found[k] - expected[k]))
                            .max()
                            .orElseThrow();
                    assertThat(most).as("after " + kept.length + " tokens").isLessThan(CLOSE);
                }
            }
        }
    }

    static List<DecoderConfig> configs() {
        return Tiny.all();
    }

    @ParameterizedTest
    @MethodSource("configs")
    void cachesAreThoseOfTheTextReadAfresh(DecoderConfig config) {
        List<Drafted> all = new ArrayList<>();
        for (List<Integer> widths : List.of(List.<Integer>of(), List.of(3, 2, 2))) {
            try (Decoder lm = Tiny.decoder(config, 1);
                    Decoder other = Tiny.decoder(Tiny.llama(), 2);
                    Watched target = new Watched(lm);
                    Watched draft = new Watched(other)) {
                var method =
                        new Speculative(new DraftModel(draft), 3, widths, new Sampling(3, 0, 1, 0, 1), new Lossless());
                int[] prompt = Tiny.ids(9, 4);
                Request request =
                        Request.of(prompt).with(method).withMaxTokens(50).withSeed(8, widths.size());
                Result result;
                try (Engine engine = new Engine(target)) {
                    result = engine.run(request);
                }
                int[] text = IntStream.concat(Arrays.stream(prompt), Arrays.stream(result.ids()))
                        .toArray();
                target.compareWithReadingAfresh(text);
                draft.compareWithReadingAfresh(text);
                all.add(result.drafted().orElseThrow());
            }
        }
        for (int depth = 0; depth < 3; depth++) {
            int at = depth;
            assertThat(all.stream().mapToInt(d -> d.depths().get(at).accepted()).sum())
                    .as("accepted at depth " + (depth + 1))
                    .isPositive();
        }
        assertThat(all).allMatch(d -> d.accepted() < d.tokens() - 3);
    }
}
