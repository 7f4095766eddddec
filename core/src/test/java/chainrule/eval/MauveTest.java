package chainrule.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chainrule.BadInput;
import chainrule.Golden;
import chainrule.checkpoint.Safetensors;
import chainrule.checkpoint.TensorFile;
import chainrule.model.CausalLM;
import chainrule.model.Decoder;
import chainrule.model.Input;
import chainrule.model.Tap;
import chainrule.model.Tiny;
import chainrule.nn.Compute;
import chainrule.tensor.Counter;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import chainrule.text.ByteTokenizer;
import chainrule.text.Tokenizer;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class MauveTest {
    private static final JsonNode FEATURES = GoldenJson.read("mauve/features.json");

    private static TensorFile tensors() {
        return Safetensors.open(Golden.path("mauve/features.safetensors"));
    }

    /** As MAUVE clusters them: unit rows, q above p. */
    private static Tensor rows(TensorFile file, String name) {
        return Isotropy.unit(Ops.cat(List.of(file.read(name + ".q"), file.read(name + ".p")), 0)
                .to(ScalarType.Double));
    }

    private static Mauve settings(JsonNode run) {
        OptionalInt clusters = run.get("auto").booleanValue()
                ? OptionalInt.empty()
                : OptionalInt.of(run.get("num_buckets").intValue());
        return new Mauve(clusters, run.get("scaling_factor").doubleValue(), 25, 0.9, 5, 1);
    }

    @Test
    void principalComponentsHaveTheReferencesShares() {
        try (TensorFile file = tensors();
                var _ = new Scope()) {
            for (JsonNode pair : FEATURES) {
                Pca found = Pca.of(rows(file, pair.get("name").stringValue()), 0.9);
                double[] shares = GoldenJson.doubles(pair.get("explained_variance_ratio"));
                // The reference computes in float32.
                assertThat(found.shares()).containsExactly(shares, within(1e-6));
                long kept = pair.get("runs").get(0).get("pca_dimensions").longValue();
                assertThat(found.scoresNK().size(1)).isEqualTo(kept);
                double[] perComponent = doubles(found.scoresNK().square().sum(0));
                Pca all = Pca.of(rows(file, pair.get("name").stringValue()), 1);
                double variance = all.scoresNK().square().sum().item_double();
                for (int k = 0; k < kept; k++) {
                    assertThat(perComponent[k] / variance).isCloseTo(shares[k], within(1e-6));
                }
            }
        }
    }

    private static double[] doubles(Tensor x) {
        return Ops.segment(x).toArray(ValueLayout.JAVA_DOUBLE);
    }

    @Test
    void theReferencesClustersGiveItsScores() {
        int compared = 0;
        for (JsonNode pair : FEATURES) {
            for (JsonNode run : pair.get("runs")) {
                int buckets = run.get("num_buckets").intValue();
                Mauve.Score found = settings(run)
                        .of(GoldenJson.ints(run.get("p_labels")), GoldenJson.ints(run.get("q_labels")), buckets);
                checkScore(run, found, 1e-8);
                assertThat(found.histograms().p()).containsExactly(GoldenJson.doubles(run.get("p_hist")), within(1e-8));
                assertThat(found.histograms().q()).containsExactly(GoldenJson.doubles(run.get("q_hist")), within(1e-8));
                double[][] curve = found.histograms().curve();
                for (int i = 0; i < curve.length; i++) {
                    assertThat(curve[i])
                            .containsExactly(
                                    GoldenJson.doubles(
                                            run.get("divergence_curve").get(i)),
                                    within(1e-8));
                }
                compared++;
            }
        }
        assertThat(compared).isEqualTo(15);
    }

    private static void checkScore(JsonNode run, Mauve.Score found, double tolerance) {
        assertThat(found.value()).isCloseTo(run.get("mauve").doubleValue(), within(tolerance));
        assertThat(found.star()).isCloseTo(run.get("mauve_star").doubleValue(), within(tolerance));
        assertThat(found.histograms().integral())
                .isCloseTo(run.get("frontier_integral").doubleValue(), within(tolerance));
        assertThat(found.smoothed().integral())
                .isCloseTo(run.get("frontier_integral_star").doubleValue(), within(tolerance));
    }

    @Test
    void clustersAreAsTightAsTheReferences() {
        try (TensorFile file = tensors();
                var _ = new Scope()) {
            for (JsonNode pair : FEATURES) {
                Tensor scores =
                        Pca.of(rows(file, pair.get("name").stringValue()), 0.9).scoresNK();
                for (JsonNode run : pair.get("runs")) {
                    for (long seed = 1; seed <= 3; seed++) {
                        var found = new KMeans(run.get("num_buckets").intValue(), 5, 500, seed).of(scores);
                        assertThat(found.squares())
                                .as(pair.get("name") + ", " + run.get("num_buckets") + ", seed " + seed)
                                .isLessThan(
                                        1.05 * run.get("within_cluster_squares").doubleValue());
                    }
                }
            }
        }
    }

    @Test
    void clearClustersGiveTheReferencesScoreFromEnd() {
        JsonNode separated = FEATURES.get(0);
        assertThat(separated.get("name").stringValue()).isEqualTo("separated");
        try (TensorFile file = tensors();
                var _ = new Scope()) {
            for (JsonNode run : separated.get("runs")) {
                if (run.get("auto").booleanValue()) {
                    Mauve.Score found = settings(run).of(file.read("separated.p"), file.read("separated.q"));
                    checkScore(run, found, 1e-6);
                    double[] expected = GoldenJson.doubles(run.get("p_hist"));
                    assertThat(Arrays.stream(found.histograms().p()).sorted().toArray())
                            .containsExactly(Arrays.stream(expected).sorted().toArray(), within(1e-8));
                }
            }
        }
    }

    @Test
    void theReferencesClustersAreAFixedPointOfOurs() {
        try (TensorFile file = tensors();
                var _ = new Scope()) {
            JsonNode run = FEATURES.get(0).get("runs").get(0);
            Tensor scores = Pca.of(rows(file, "separated"), 0.9).scoresNK();
            KMeans.Found found = new KMeans(6, 5, 500, 3).of(scores);
            assertThat(found.squares())
                    .isCloseTo(run.get("within_cluster_squares").doubleValue(), within(1e-5));
            int[] q = GoldenJson.ints(run.get("q_labels"));
            int[] p = GoldenJson.ints(run.get("p_labels"));
            int[] expected =
                    IntStream.concat(Arrays.stream(q), Arrays.stream(p)).toArray();
            for (int i = 0; i < expected.length; i++) {
                for (int j = 0; j < i; j++) {
                    assertThat(found.labels()[i] == found.labels()[j]).isEqualTo(expected[i] == expected[j]);
                }
            }
        }
    }

    @Test
    void sameSeedSameScore() {
        try (TensorFile file = tensors();
                var _ = new Scope()) {
            Tensor p = file.read("overlapping.p");
            Tensor q = file.read("overlapping.q");
            assertThat(new Mauve().of(p, q).value())
                    .isEqualTo(new Mauve().of(p, q).value());
        }
    }

    @Test
    void alikeTextsScoreHighAndUnlikeOnesLow() {
        try (var _ = new Scope()) {
            Tensor p = cloud(40, 0, 1);
            assertThat(new Mauve().of(p, cloud(40, 0, 2)).value()).isGreaterThan(0.9);
            assertThat(new Mauve().of(p, cloud(40, 5, 3)).value()).isLessThan(0.05);
            assertThat(new Mauve().of(p, cloud(25, 0, 4)).histograms().p()).hasSize(2);
        }
    }

    /** Random rows around a point that is {@code shift} along the first axis. */
    private static Tensor cloud(int rows, double shift, long seed) {
        Counter random = Counter.of(seed, "cloud");
        float[] values = new float[rows * 6];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.normal(i) + (i % 6 == 0 ? shift : 0) + 1);
        }
        return Ops.tensor(values, rows, 6);
    }

    @Test
    void oneTextASideAndEqualTextsAreDefined() {
        try (var _ = new Scope()) {
            Tensor one = Ops.tensor(new float[] {1, 2, 3}, 1, 3);
            Tensor other = Ops.tensor(new float[] {-1, 5, 0}, 1, 3);
            assertThat(new Mauve().of(one, other).value()).isCloseTo(0.004072096262, within(1e-9));
            assertThat(new Mauve().of(one, one).value()).isCloseTo(0.75, within(1e-9));
            Tensor many = Ops.cat(List.of(one, one, one, one), 0);
            assertThat(new Mauve().of(many, one).histograms().integral()).isZero();
            Tensor zero = Ops.zeros(ScalarType.Float, 2, 3);
            assertThat(new Mauve().of(zero, one).value()).isCloseTo(0.004072096262, within(1e-9));
        }
    }

    @Test
    void emptyClustersAreFilled() {
        try (var _ = new Scope()) {
            Tensor points = Ops.tensor(new float[] {0, 0, 0, 0, 1, 9}, 6, 1).to(ScalarType.Double);
            for (long seed = 0; seed < 20; seed++) {
                KMeans.Found found = new KMeans(3, 3, 100, seed).of(points);
                assertThat(found.squares()).isZero();
                assertThat(Arrays.stream(found.labels()).distinct().count()).isEqualTo(3);
            }
        }
    }

    @Test
    void badMatricesAreRefused() {
        try (var _ = new Scope()) {
            Tensor some = Ops.tensor(new float[] {1, 2, 3, 4}, 2, 2);
            Tensor wide = Ops.tensor(new float[] {1, 2, 3, 4}, 1, 4);
            Tensor none = Ops.zeros(ScalarType.Float, 0, 2);
            Tensor broken = Ops.tensor(new float[] {1, Float.NaN}, 1, 2);
            refused(() -> new Mauve().of(some, wide), "[2, 2] and [1, 4]");
            refused(() -> new Mauve().of(none, some), "[0, 2]");
            refused(() -> new Mauve().of(some, broken), "not finite");
            refused(() -> new Mauve(OptionalInt.of(5), 5, 25, 0.9, 5, 1).of(some, some), "more clusters, 5");
            refused(() -> new Mauve(OptionalInt.of(0), 5, 25, 0.9, 5, 1), "one cluster");
            refused(() -> new Mauve(OptionalInt.empty(), 5, 25, 1, 5, 1), "between 0 and 1");
            refused(() -> new Mauve().of(List.of(), List.of("a text"), new MiniLm()), "0 human");
        }
    }

    private static void refused(Runnable call, String message) {
        assertThatThrownBy(call::run).isInstanceOf(BadInput.class).hasMessageContaining(message);
    }

    @Test
    void aModelsLastStateIsThatOfTheLastToken() {
        try (Decoder lm = Tiny.decoder(Tiny.llama(), 1);
                CausalLM fast = lm.forDecoding(Compute.F32);
                var _ = new Scope();
                var _ = new NoGradGuard()) {
            List<int[]> texts = List.of(Tiny.ids(9, 1), Tiny.ids(1, 2), Tiny.ids(20, 3));
            Tensor found = new LastState(lm).embed(texts);
            assertThat(found.sizes().vec().get()).containsExactly(3, 48);
            for (int i = 0; i < 3; i++) {
                int[] ids = texts.get(i);
                Tensor hidden = lm.forward(Input.of(Ops.ids(new int[][] {ids})), Tap.NONE)
                        .hidden();
                assertThat(Ops.floats(found.select(0, i))).isEqualTo(Ops.floats(hidden.select(0, ids.length - 1)));
            }
            Tensor packed = new LastState(fast).embed(texts);
            assertThat(packed.sub(found).abs().max().item_double()).isLessThan(1e-4);
        }
    }

    @Test
    void textsAreScoredThroughAnEmbedder() {
        try (Decoder lm = Tiny.decoder(Tiny.llama(), 1)) {
            List<int[]> human =
                    IntStream.range(0, 30).mapToObj(i -> Tiny.ids(12, i)).toList();
            List<int[]> other =
                    IntStream.range(0, 30).mapToObj(i -> Tiny.ids(12, 100 + i)).toList();
            List<int[]> stuck =
                    IntStream.range(0, 30).mapToObj(_ -> new int[] {7, 7, 7}).toList();
            Embedder<int[]> embedder = new LastState(lm);
            assertThat(new Mauve().of(human, other, embedder).value())
                    .isGreaterThan(new Mauve().of(human, stuck, embedder).value());
        }
    }

    @Test
    void pairsAreCutToOneLengthAndBlankOnesLeftOut() {
        try (Tokenizer bytes = new ByteTokenizer()) {
            Mauve.Pairs found = Mauve.Pairs.cut(
                    bytes, List.of("ABCDEFG", "AB", "ABC", "ABC", ""), List.of("abc", "abcd", "", "  \nx", "a"), 2);
            assertThat(found.human()).containsExactly(new int[] {'A', 'B'}, new int[] {'A', 'B'});
            assertThat(found.generated()).containsExactly(new int[] {'a', 'b'}, new int[] {'a', 'b'});
            Mauve.Pairs longer = Mauve.Pairs.cut(bytes, List.of("ABCDEFG", "AB"), List.of("abc", "abcd"), 200);
            assertThat(longer.human()).containsExactly(new int[] {'A', 'B', 'C'}, new int[] {'A', 'B'});
            refused(() -> Mauve.Pairs.cut(bytes, List.of("A"), List.of(), 9), "give pairs");
        }
    }
}
