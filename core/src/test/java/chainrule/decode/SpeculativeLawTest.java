package chainrule.decode;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.decode.draft.DraftModel;
import chainrule.decode.draft.Drafted;
import chainrule.decode.draft.Drafter;
import chainrule.decode.draft.Lookup;
import chainrule.decode.draft.Lossless;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The joint law of three tokens against what the model's tables say, by χ² tests: of the first three of a text, which come
 * of its first draft, and of the next three, which come of drafts that begin anywhere.
 */
class SpeculativeLawTest {
    private static final int V = 5;
    private static final int[] PROMPT = {3, 1, 4, 3};
    private static final int TOKENS = 7;

    private record Sampled(double temperature, double topP) {
        Sampling method() {
            return new Sampling(temperature, 0, topP, 0, 1);
        }

        /** The law of the next token by its definition. */
        double[] law(float[] scores) {
            double[] p = new double[V];
            Arrays.setAll(p, v -> Math.exp(scores[v] / temperature));
            double sum = Arrays.stream(p).sum();
            double[] kept = new double[V];
            double mass = 0;
            for (int v : IntStream.range(0, V)
                    .boxed()
                    .sorted(Comparator.comparingDouble(v -> -p[v]))
                    .toList()) {
                kept[v] = mass < topP * sum ? p[v] : 0;
                mass += p[v];
            }
            double rest = Arrays.stream(kept).sum();
            return Arrays.stream(kept).map(x -> x / rest).toArray();
        }
    }

    private static final Sampled FLAT = new Sampled(1.6, 1);
    private static final Sampled NUCLEUS = new Sampled(1.3, 0.75);

    /** Adds up the probabilities of the texts of which the tokens from {@code from} on are known. */
    private static void enumerate(
            Tables lm, Sampled sampled, int[] text, double probability, int from, double[] joint) {
        int n = text.length - PROMPT.length;
        if (n == from + 3) {
            joint[cell(text, PROMPT.length + from)] += probability;
            return;
        }
        double[] p = sampled.law(lm.scores(text));
        for (int v = 0; v < V; v++) {
            if (p[v] > 0) {
                int[] longer = Arrays.copyOf(text, text.length + 1);
                longer[text.length] = v;
                enumerate(lm, sampled, longer, probability * p[v], from, joint);
            }
        }
    }

    private static int cell(int[] ids, int from) {
        return (ids[from] * V + ids[from + 1]) * V + ids[from + 2];
    }

    private static Drafted check(int runs, Sampled sampled, Drafter draft, List<Integer> widths) {
        Tables lm = new Tables(V, 40, 1);
        var method = new Speculative(draft, 3, widths, sampled.method(), new Lossless());
        int[][] counts = new int[2][V * V * V];
        List<Drafted> all = new ArrayList<>();
        try (Engine engine = new Engine(lm, new Engine.Limits(500, Long.MAX_VALUE))) {
            for (int from = 0; from < runs; from += 500) {
                List<Request> requests = IntStream.range(from, Math.min(from + 500, runs))
                        .mapToObj(i -> Request.of(PROMPT)
                                .with(method)
                                .withMaxTokens(TOKENS)
                                .withSeed(17, i))
                        .toList();
                for (Result result : engine.run(requests)) {
                    counts[0][cell(result.ids(), 0)]++;
                    counts[1][cell(result.ids(), 3)]++;
                    all.add(result.drafted().orElseThrow());
                }
            }
        }
        for (int block = 0; block < 2; block++) {
            double[] joint = new double[V * V * V];
            enumerate(lm, sampled, PROMPT, 1, 3 * block, joint);
            assertFits(counts[block], joint, runs, sampled + ", " + draft + ", " + widths + ", block " + block);
        }
        return sum(all);
    }

    private static Drafted sum(List<Drafted> all) {
        return new Drafted(
                all.stream().mapToInt(Drafted::cycles).sum(),
                all.stream().mapToInt(Drafted::tokens).sum(),
                List.of(new Drafted.Depth(
                        all.stream().mapToInt(Drafted::drafted).sum(),
                        0,
                        all.stream().mapToInt(Drafted::accepted).sum())));
    }

    /** χ² below its quantile of 1 - 1e-3, by Wilson and Hilferty; cells that expect less than 5 count as one. */
    private static void assertFits(int[] counts, double[] joint, int runs, String what) {
        double statistic = 0;
        int cells = 0;
        double few = 0;
        int counted = 0;
        for (int i = 0; i < joint.length; i++) {
            double expected = runs * joint[i];
            if (expected == 0) {
                assertThat(counts[i]).as(what + ": a text that cannot be").isZero();
            } else if (expected < 5) {
                few += expected;
                counted += counts[i];
            } else {
                statistic += (counts[i] - expected) * (counts[i] - expected) / expected;
                cells++;
            }
        }
        if (few >= 5) {
            statistic += (counted - few) * (counted - few) / few;
            cells++;
        }
        double df = cells - 1;
        double most = df * Math.pow(1 - 2 / (9 * df) + 3.09 * Math.sqrt(2 / (9 * df)), 3);
        assertThat(statistic).as(what + ", χ² of " + cells + " cells").isLessThan(most);
    }

    private static void checkChainAndTree(int runs) {
        Drafter draft = new DraftModel(new Tables(V, 40, 2));
        for (Sampled sampled : List.of(FLAT, NUCLEUS)) {
            Drafted chain = check(runs, sampled, draft, List.of());
            Drafted tree = check(runs, sampled, draft, List.of(3, 2));
            assertThat(chain.accepted()).isBetween(runs, chain.drafted() - runs);
            assertThat(tree.tokensPerCycle()).as("a tree brings more").isGreaterThan(chain.tokensPerCycle());
        }
    }

    @Test
    void threeTokensHaveTheModelsJointLawWithAChainAndWithATree() {
        checkChainAndTree(5_000);
    }

    @Tag("slow")
    @Test
    void threeTokensHaveTheModelsJointLawIn200000Runs() {
        checkChainAndTree(200_000);
    }

    @Test
    void aDraftModelThatIsWronglySureDoesNotBendTheLaw() {
        Drafter sure = new DraftModel(new Tables(V, 40, 3, 40));
        assertThat(check(5_000, FLAT, sure, List.of(3, 2)).accepted()).isGreaterThan(500);
    }

    @Test
    void threeTokensHaveTheModelsJointLawWhateverTheDraft() {
        for (Drafter draft : List.of(new Guesses(V, 8), new Lookup(1))) {
            assertThat(check(5_000, NUCLEUS, draft, List.of()).accepted())
                    .as("accepted with " + draft)
                    .isGreaterThan(500);
        }
    }

    @Test
    void aWrongLawIsFound() {
        Tables lm = new Tables(V, 40, 1);
        double[] joint = new double[V * V * V];
        enumerate(lm, FLAT, PROMPT, 1, 0, joint);
        double[] other = new double[V * V * V];
        enumerate(lm, NUCLEUS, PROMPT, 1, 0, other);
        int[] counts =
                Arrays.stream(other).mapToInt(p -> (int) Math.round(8_000 * p)).toArray();
        assertThat(Stream.of(joint, other).map(p -> fits(counts, p))).containsExactly(false, true);
    }

    private static boolean fits(int[] counts, double[] joint) {
        try {
            assertFits(counts, joint, Arrays.stream(counts).sum(), "");
            return true;
        } catch (AssertionError e) {
            return false;
        }
    }
}
