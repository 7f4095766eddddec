package chainrule.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import chainrule.Spec;
import chainrule.decode.filter.Distribution;
import chainrule.decode.rule.LogitRule;
import chainrule.decode.rule.NoRepeatNgram;
import chainrule.decode.rule.Path;
import chainrule.decode.rule.RepetitionPenalty;
import chainrule.decode.rule.Rules;
import chainrule.tensor.Counter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MomentumTest extends DecodingContract {
    private static final double BLOCK = Double.POSITIVE_INFINITY;

    @Override
    protected Decoding method() {
        return new Momentum(6, 0.1, new Resistance.FirstRelease());
    }

    /** L by its definition: the longest sequence up to 5 that ends with {@code token} and lies in the text. */
    private static int depth(int token, int... text) {
        int[] longer = Arrays.copyOf(text, text.length + 1);
        longer[text.length] = token;
        int depth = 0;
        for (int n = 1; n <= Math.min(5, longer.length); n++) {
            int[] path = Arrays.copyOfRange(longer, longer.length - n, longer.length);
            for (int from = 0; from + n <= text.length; from++) {
                depth = Arrays.equals(path, Arrays.copyOfRange(text, from, from + n)) ? n : depth;
            }
        }
        return depth;
    }

    @Test
    void theDepthIsTheLongestPathThatWouldBeRetraced() {
        Counter random = Counter.of(1, "depths");
        int[] found = new int[6];
        for (int i = 0; i < 500; i++) {
            int draw = 40 * i;
            int[] text = IntStream.range(0, 1 + i % 30)
                    .map(t -> (int) (random.uniform(draw + t) * 3))
                    .toArray();
            byte[] depths = Momentum.depths(4, text);
            for (int token = 0; token < 4; token++) {
                assertThat((int) depths[token])
                        .as(token + " after " + Arrays.toString(text))
                        .isEqualTo(depth(token, text));
                found[depths[token]]++;
            }
        }
        assertThat(Arrays.stream(found)).as("how often each depth came").allMatch(n -> n > 20);
    }

    @ParameterizedTest
    @CsvSource({
        "1 2 3 1 2, 3, 3",
        "1 2 3 1 2, 1, 1",
        "1 2 3 1 2, 2, 1",
        "1 2 3 1 2, 9, 0",
        "7 7, 7, 2",
        "5, 5, 1",
        "1 2 3 4 5 6 1 2 3 4 5, 6, 5"
    })
    void aDepthCountsEveryEarlierOccurrence(String text, int token, int depth) {
        int[] ids = Arrays.stream(text.split(" ")).mapToInt(Integer::parseInt).toArray();
        assertThat((int) Momentum.depths(10, ids)[token]).isEqualTo(depth);
    }

    @ParameterizedTest
    @CsvSource({
        "0.50 0.35 0.15, 1 0 0, 1",
        "0.60 0.35 0.05, 1 0 0, 0",
        "0.90 0.05 0.05, 2 0 0, 0",
        "0.90 0.08 0.02, 4 1 0, 2"
    })
    void theBestScoreWins(String probabilities, String depths, int winner) {
        double[] p = Arrays.stream(probabilities.split(" "))
                .mapToDouble(Double::parseDouble)
                .toArray();
        byte[] depth = new byte[3];
        for (int i = 0; i < 3; i++) {
            depth[i] = Byte.parseByte(depths.split(" ")[i]);
        }
        Candidates candidates = new Candidates(new int[] {0, 1, 2}, p);
        assertThat(Weighed.winner(new Momentum().weigh(candidates, depth), 0)).isEqualTo(winner);
    }

    @Test
    void whereAllMeetInfiniteResistanceNoneWins() {
        Candidates candidates = new Candidates(new int[] {2, 0, 1}, new double[] {0.5, 0.3, 0.2});
        Momentum method = new Momentum(3, 0.2, new Resistance.Table(List.of(BLOCK)));
        assertThat(Weighed.winner(method.weigh(candidates, new byte[] {1, 2, 5}), 7))
                .isEqualTo(7);
    }

    /** The text by the rule as it stands, every candidate's depth searched for, the best token with no way of its own. */
    private static int[] plain(Toy lm, Momentum method, Request request) {
        Path path = Path.of(request.prompt(), request.prompt().length + request.maxTokens());
        while (path.length() < path.maxLength()) {
            float[] scores = lm.scores(path.ids(0));
            request.rules().apply(scores, path);
            Distribution p = Distribution.of(scores);
            int[] before = path.ids(method.prompt() ? 0 : path.promptLength());
            int[] best = Distribution.best(method.k(), scores);
            int winner = best[0];
            double most = Double.NEGATIVE_INFINITY;
            for (int token : best) {
                int depth = depth(token, before);
                double score = p.probability(token)
                        - (depth == 0 ? 0 : method.alpha() * method.resistance().at(depth));
                if (score > most && scores[token] > Float.NEGATIVE_INFINITY) {
                    most = score;
                    winner = token;
                }
            }
            path = path.then(winner);
        }
        return path.ids(path.promptLength());
    }

    @Test
    void theTextIsWhatTheRuleGivesWithoutShortCuts() {
        Counter random = Counter.of(2, "momentum");
        List<Resistance> all = List.of(
                new Resistance.FirstRelease(),
                new Resistance.FourGramBlocking(),
                new Resistance.Constant(),
                new Resistance.Log(),
                new Resistance.Table(List.of(0.0, 2.0)));
        int unlikeGreedy = 0;
        try (Toy lm = new Toy(12, 100);
                Engine engine = new Engine(lm)) {
            for (int i = 0; i < 60; i++) {
                Momentum method = new Momentum(
                        2 + (int) (random.uniform(2 * i) * 10),
                        random.uniform(2 * i + 1) / 2,
                        all.get(i % all.size()),
                        i % 3 > 0,
                        false);
                Request request = Request.of(i % 12, i % 7, i % 5, i % 12, i % 7)
                        .with(i % 4 == 0 ? Rules.of(new RepetitionPenalty(1.3), new NoRepeatNgram(4)) : Rules.NONE)
                        .withMaxTokens(60);
                int[] found = engine.run(request.with(method)).ids();
                assertThat(found).as(method.toString()).containsExactly(plain(lm, method, request));
                unlikeGreedy += Arrays.equals(found, engine.run(request).ids()) ? 0 : 1;
            }
        }
        assertThat(unlikeGreedy).isGreaterThan(50);
    }

    @Test
    void withoutResistanceOrChoiceItIsGreedySearch() {
        try (Toy lm = new Toy(VOCABULARY, 100);
                Engine engine = new Engine(lm)) {
            for (int i = 0; i < 8; i++) {
                Request request = Request.of(i, 3 * i).with(Stops.tokens(i)).withMaxTokens(60);
                int[] greedy = engine.run(request).ids();
                for (Momentum same : new Momentum[] {
                    new Momentum(5, 0, new Resistance.FourGramBlocking()),
                    new Momentum(1, 0.2, new Resistance.FirstRelease()),
                    new Momentum(5, 0.2, new Resistance.Constant(0)),
                    new Momentum(5, 0.2, new Resistance.Table(List.of(0.0, 0.0, 0.0, 0.0, 0.0)))
                }) {
                    assertThat(engine.run(request.with(same)).ids())
                            .as(same + ", text " + i)
                            .containsExactly(greedy);
                }
            }
        }
    }

    @Test
    void infiniteResistanceToLongPathsIsARuleAgainstRepeatedSequences() {
        try (Toy lm = new Toy(12, 100);
                Engine engine = new Engine(lm)) {
            for (int size = 2; size <= 5; size++) {
                Double[] steps = new Double[size];
                Arrays.fill(steps, 0.0);
                steps[size - 1] = BLOCK;
                Momentum block = new Momentum(12, 0.3, new Resistance.Table(List.of(steps)));
                Request request = Request.of(3, 4).withMaxTokens(size == 2 ? 40 : 80);
                assertThat(engine.run(request.with(block)).ids())
                        .containsExactly(engine.run(request.with(Rules.of(new NoRepeatNgram(size))))
                                .ids());
            }
        }
    }

    /** Takes an amount from the probability of every token that has occurred. */
    private record Presence(double amount) implements LogitRule.Custom {
        @Override
        public void apply(float[] scores, Path path) {
            Distribution p = Distribution.of(scores.clone());
            for (int token = 0; token < scores.length; token++) {
                int id = token;
                boolean seen = Arrays.stream(path.ids(0)).anyMatch(t -> t == id);
                scores[token] = (float) (p.probability(token) - (seen ? amount : 0));
            }
        }
    }

    @Test
    void constantResistanceIsAPresencePenaltyOnProbabilities() {
        try (Toy lm = new Toy(20, 100);
                Engine engine = new Engine(lm)) {
            Request request = Request.of(3, 4).withMaxTokens(60);
            assertThat(engine.run(request.with(new Momentum(20, 0.05, new Resistance.Constant(3))))
                            .ids())
                    .containsExactly(engine.run(request.with(Rules.of(new Presence(0.15))))
                            .ids());
        }
    }

    @Test
    void aWalkLeavesItsCircleWhenItIsDeepEnough() {
        try (Toy lm = new Toy(8, 100, text -> {
                    float[] scores = new float[8];
                    Arrays.fill(scores, (float) Math.log(0.03 / 7));
                    scores[text[text.length - 1] % 4 == 3 ? 0 : text[text.length - 1] % 4 + 1] = (float) Math.log(0.97);
                    return scores;
                });
                Engine engine = new Engine(lm)) {
            Request request = Request.of(0, 1, 2, 3).withMaxTokens(4);
            assertThat(engine.run(request.with(new Momentum())).ids())
                    .as("depths 1, 2 and 3 score 0.77, 0.37 and 0.17; depth 4 is below an unseen token")
                    .containsExactly(0, 1, 2, 4);
            assertThat(engine.run(request).ids()).containsExactly(0, 1, 2, 3);
        }
    }

    @Test
    void noTokenCostsMoreThanInGreedySearch() {
        try (Toy lm = new Toy(VOCABULARY, 100);
                Engine engine = new Engine(lm)) {
            engine.run(Request.of(1, 2, 3).with(method()).withMaxTokens(20));
            assertThat(lm.passes())
                    .as("the prompt's pass and one for all tokens but the last")
                    .isEqualTo(20);
            assertThat(lm.rows()).isEqualTo(3 + 19);
        }
    }

    @Test
    void endsMeetResistanceOnlyWhereThatIsAskedFor() {
        try (Toy lm = new Toy(3, 100, _ -> new float[] {2, 1.5f, 1});
                Engine engine = new Engine(lm)) {
            Request request = Request.of(0).with(Stops.tokens(0)).withMaxTokens(2);
            Momentum method = new Momentum(3, 0.2, new Resistance.FirstRelease());
            assertThat(engine.run(request.with(method)).ids()).containsExactly(0);
            Momentum all = new Momentum(3, 0.2, new Resistance.FirstRelease(), true, true);
            assertThat(engine.run(request.with(all)).ids()).startsWith(1);
        }
    }

    @Test
    void impossibleSettingsAreRefused() {
        Resistance usual = new Resistance.FirstRelease();
        assertThatThrownBy(() -> new Momentum(0, 0.2, usual))
                .isInstanceOf(BadInput.class)
                .hasMessage("k must be at least 1, not 0.");
        for (double alpha : new double[] {-0.1, BLOCK, Double.NaN}) {
            assertThatThrownBy(() -> new Momentum(5, alpha, usual))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("alpha");
        }
        assertThatThrownBy(() -> new Resistance.Constant(-1)).isInstanceOf(BadInput.class);
        for (List<Double> steps : List.<List<Double>>of(
                List.of(), List.of(-1.0), List.of(1.0, Double.NaN), List.of(1.0, 1.0, 1.0, 1.0, 1.0, 1.0))) {
            assertThatThrownBy(() -> new Resistance.Table(steps))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("one to 5 numbers");
        }
    }

    @Test
    void moreCandidatesThanTokensAreRefusedBeforeWorkStarts() {
        try (Toy lm = new Toy(VOCABULARY, 100);
                Engine engine = new Engine(lm)) {
            Request request = Request.of(1, 2).with(new Momentum(41, 0.2, new Resistance.FirstRelease()));
            assertThatThrownBy(() -> engine.run(request))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("40, not 41");
            assertThat(lm.passes()).isZero();
        }
    }

    @Test
    void itIsNamedOnACommandLine() {
        assertThat(Spec.parse("momentum:k=2000,resistance=four-gram-blocking", Decoding.class))
                .isEqualTo(new Momentum(2000, 0.2, new Resistance.FourGramBlocking()));
        assertThat(Spec.parse("momentum:resistance=(table:[0;1;Infinity]),prompt=false", Decoding.class))
                .isEqualTo(new Momentum(5, 0.2, new Resistance.Table(List.of(0.0, 1.0, BLOCK)), false, false));
    }

    @Test
    void aTokenTellsWhatItsCandidatesPaidWhereTheBestOneHasOccurred() {
        Momentum method = new Momentum();
        try (Toy lm = new Toy(12, 100);
                Engine engine = new Engine(lm)) {
            Result result =
                    engine.run(Request.of(3, 1).with(method).withMaxTokens(40).withLogprobs(1));
            List<Integer> text = new ArrayList<>(List.of(3, 1));
            int paid = 0;
            for (Token token : result.tokens()) {
                int best = token.alternatives().getFirst().id();
                assertThat(token.weighed().isEmpty()).isEqualTo(!text.contains(best));
                for (Weighed w : token.weighed()) {
                    assertThat(w.penalty() > 0).isEqualTo(text.contains(w.id()));
                    assertThat(w.score()).isEqualTo(w.probability() - w.penalty());
                    paid += w.penalty() > 0 ? 1 : 0;
                }
                text.add(token.id());
            }
            assertThat(paid).isPositive();
        }
    }
}
