package chainrule.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chainrule.BadInput;
import chainrule.Spec;
import chainrule.decode.filter.Distribution;
import chainrule.decode.rule.AllowedBy;
import chainrule.decode.rule.NoRepeatNgram;
import chainrule.decode.rule.Path;
import chainrule.decode.rule.RepetitionPenalty;
import chainrule.decode.rule.Rules;
import chainrule.model.CausalLM;
import chainrule.model.DecoderConfig;
import chainrule.model.Input;
import chainrule.model.Site;
import chainrule.model.Step;
import chainrule.model.Tap;
import chainrule.model.Tiny;
import chainrule.nn.Compute;
import chainrule.tensor.Counter;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.OptionalInt;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class ContrastiveSearchTest extends DecodingContract {
    /** Scores closer than this may fall otherwise where sums are taken in another order. */
    private static final double CLOSE = 3e-5;

    @Override
    protected Decoding method() {
        return new ContrastiveSearch(4, 0.6);
    }

    /** What a whole text means to the model: the scores after it and every token's hidden vector. */
    private record Reading(float[] scores, float[] hidden) {
        static Reading of(CausalLM lm, int... text) {
            try (var _ = new Scope();
                    var _ = new NoGradGuard()) {
                Step step = lm.forward(Input.of(Ops.ids(new int[][] {text})), Tap.NONE);
                return new Reading(step.scores(text.length - 1), Ops.floats(step.hidden()));
            }
        }

        /** cos(h[i], h[j]) */
        double cosine(int i, int j, int width) {
            double dot = 0;
            double ii = 0;
            double jj = 0;
            for (int d = 0; d < width; d++) {
                double x = hidden[i * width + d];
                double y = hidden[j * width + d];
                dot += x * y;
                ii += x * x;
                jj += y * y;
            }
            return dot / Math.sqrt(ii * jj);
        }
    }

    /** The text as the definition gives it, every candidate read from the text's start; up to the first close call. */
    private static int[] plain(CausalLM lm, ContrastiveSearch method, Request request) {
        Path path = Path.of(request.prompt(), request.prompt().length + request.maxTokens());
        while (path.length() < path.maxLength()) {
            float[] scores = Reading.of(lm, path.ids(0)).scores;
            request.rules().apply(scores, path);
            int[] best = Distribution.best(Math.min(method.k() + 1, scores.length), scores);
            Distribution p = Distribution.of(scores);
            int from = Math.max(
                    method.prompt() ? 0 : path.promptLength(),
                    path.length() - method.window().orElse(path.length()));
            int winner = -1;
            double most = Double.NEGATIVE_INFINITY;
            double second = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < Math.min(method.k(), best.length) && scores[best[i]] > Float.NEGATIVE_INFINITY; i++) {
                Reading after = Reading.of(lm, path.then(best[i]).ids(0));
                int width = after.hidden.length / (path.length() + 1);
                double largest = from == path.length() ? 0 : Double.NEGATIVE_INFINITY;
                for (int j = from; j < path.length(); j++) {
                    largest = Math.max(largest, after.cosine(path.length(), j, width));
                }
                double score = (1 - method.alpha()) * p.probability(best[i]) - method.alpha() * largest;
                second = Math.max(second, Math.min(score, most));
                if (score > most) {
                    most = score;
                    winner = best[i];
                }
            }
            boolean border =
                    best.length > method.k() && scores[best[method.k() - 1]] - scores[best[method.k()]] < CLOSE;
            if (border || most - second < CLOSE) {
                break;
            }
            path = path.then(winner);
        }
        return path.ids(path.promptLength());
    }

    /** How many tokens could be compared. */
    private static int compare(CausalLM plain, CausalLM cached, Request request) {
        ContrastiveSearch method = (ContrastiveSearch) request.decoding();
        int[] expected = plain(plain, method, request);
        try (Engine engine = new Engine(cached)) {
            assertThat(Arrays.copyOf(engine.run(request).ids(), expected.length))
                    .as(method.toString())
                    .containsExactly(expected);
        }
        return expected.length;
    }

    @Test
    void theCachedLoopFindsWhatReadingEveryCandidateFromTheStartFinds() {
        int compared = 0;
        int i = 0;
        for (DecoderConfig config : Tiny.all()) {
            try (CausalLM lm = Tiny.decoder(config, 40 + i);
                    CausalLM fast = lm.forDecoding(Compute.F32)) {
                for (ContrastiveSearch method : new ContrastiveSearch[] {
                    new ContrastiveSearch(5, 0.6),
                    new ContrastiveSearch(3, 0.9, false, OptionalInt.empty()),
                    new ContrastiveSearch(8, 0.3, true, OptionalInt.of(6))
                }) {
                    compared += compare(
                            lm,
                            fast,
                            Request.of(Tiny.ids(1 + 3 * i, i)).with(method).withMaxTokens(24));
                    i++;
                }
            }
        }
        assertThat(compared).as("tokens compared").isGreaterThan(200);
    }

    @Test
    void soItDoesUnderRulesAndAnySettings() {
        Counter random = Counter.of(3, "contrastive");
        int compared = 0;
        try (Toy lm = new Toy(12, 80)) {
            for (int i = 0; i < 60; i++) {
                ContrastiveSearch method = new ContrastiveSearch(
                        2 + (int) (random.uniform(4 * i) * 11),
                        random.uniform(4 * i + 1),
                        i % 2 == 0,
                        i % 3 == 0 ? OptionalInt.of(1 + i / 3) : OptionalInt.empty());
                Rules rules = i % 5 == 0
                        ? Rules.of(new RepetitionPenalty(1.4), new NoRepeatNgram(2))
                        : i % 5 == 1
                                ? Rules.of(new AllowedBy((path, token) -> token % 3 == path.length() % 3))
                                : Rules.NONE;
                compared += compare(
                        lm,
                        lm,
                        Request.of(i % 12, (i / 2) % 12)
                                .with(method)
                                .with(rules)
                                .withMaxTokens(40));
            }
        }
        assertThat(compared).as("tokens compared").isGreaterThan(1500);
    }

    @Test
    void theBestScoreWins() {
        double[] probabilities = {0.5, 0.3, 0.1};
        double[] cosines = {0.9, 0.2, 0.1};
        assertThat(winner(0.6, probabilities, cosines)).isEqualTo(1);
        assertThat(winner(0.2, probabilities, cosines)).isZero();
        assertThat(winner(1, probabilities, cosines)).isEqualTo(2);
        assertThat(winner(0.5, new double[] {0.4, 0.3}, new double[] {0.3, 0.2}))
                .as("of equals")
                .isZero();
    }

    private static int winner(double alpha, double[] probabilities, double... cosines) {
        Candidates candidates = new Candidates(new int[probabilities.length], probabilities);
        return Weighed.winner(new ContrastiveSearch(3, alpha).weigh(candidates, cosines), -1);
    }

    @Test
    void aTokenTellsWhatItsCandidatesPaid() {
        ContrastiveSearch method = new ContrastiveSearch(4, 0.6);
        try (Toy lm = new Toy(VOCABULARY, 100);
                Engine engine = new Engine(lm)) {
            Request request = Request.of(3, 1).with(method).withMaxTokens(20);
            assertThat(engine.run(request).tokens())
                    .allSatisfy(t -> assertThat(t.weighed()).isEmpty());
            assertThat(engine.run(request.withLogprobs(0)).tokens()).allSatisfy(t -> {
                assertThat(t.weighed()).hasSize(4);
                Weighed best = Collections.max(t.weighed(), Comparator.comparingDouble(Weighed::score));
                assertThat(best.id()).isEqualTo(t.id());
                assertThat(Math.log(best.probability())).isCloseTo(t.logprob().orElseThrow(), within(1e-6));
                assertThat(t.weighed()).allSatisfy(w -> {
                    assertThat(w.score()).isCloseTo(0.4 * w.probability() - w.penalty(), within(1e-12));
                    assertThat(w.penalty()).isBetween(-0.6001, 0.6001);
                });
                assertThat(t.weighed().stream().mapToDouble(Weighed::penalty).distinct())
                        .hasSizeGreaterThan(1);
            });
        }
    }

    @Test
    void oneCandidateOrNoPenaltyIsGreedySearch() {
        try (Toy lm = new Toy(VOCABULARY, 100);
                Engine engine = new Engine(lm)) {
            int differ = 0;
            for (int i = 0; i < 8; i++) {
                Request request = Request.of(i, 3 * i)
                        .with(Stops.tokens(i))
                        .with(i % 2 == 0 ? Rules.NONE : Rules.of(new NoRepeatNgram(2)))
                        .withMaxTokens(40);
                int[] greedy = engine.run(request).ids();
                for (ContrastiveSearch same : new ContrastiveSearch[] {
                    new ContrastiveSearch(1, 0.6), new ContrastiveSearch(5, 0), new ContrastiveSearch(5, 1e-9)
                }) {
                    assertThat(engine.run(request.with(same)).ids())
                            .as(same + ", text " + i)
                            .containsExactly(greedy);
                }
                differ += Arrays.equals(engine.run(request.with(method())).ids(), greedy) ? 0 : 1;
            }
            assertThat(differ).as("texts that a real search changes").isGreaterThan(4);
        }
    }

    @Test
    void everyTokenCostsOnePassThatReadsTheCandidatesOnly() {
        try (Toy lm = new Toy(VOCABULARY, 100);
                Engine engine = new Engine(lm)) {
            engine.run(Request.of(1, 2, 3).with(new ContrastiveSearch(4, 0.6)).withMaxTokens(20));
            assertThat(lm.passes())
                    .as("the prompt's pass and one for each token")
                    .isEqualTo(21);
            assertThat(lm.rows()).isEqualTo(3 + 20 * 4);
        }
    }

    /** Turns the hidden vectors of the prompt's pass and leaves the rest of the model as it is. */
    private static Tap turned(int prompt) {
        return new Tap() {
            @Override
            public Tensor at(Site site, Tensor x) {
                return x.size(0) == prompt ? Ops.tensor(new float[] {1, 2, -3, 1, 2, -1}, 3, 2) : x;
            }

            @Override
            public boolean wants(Site site) {
                return site.equals(Site.FINAL);
            }
        };
    }

    @Test
    void thePromptsVectorsCountOnlyWhereTheyAreAskedFor() {
        try (Toy lm = new Toy(VOCABULARY, 100);
                Engine engine = new Engine(lm)) {
            for (boolean prompt : new boolean[] {true, false}) {
                int same = 0;
                for (int i = 0; i < 10; i++) {
                    Request request = Request.of(i, 7, 5)
                            .with(new ContrastiveSearch(5, 0.6, prompt, OptionalInt.empty()))
                            .withMaxTokens(10);
                    int[] turned = engine.run(request.with(turned(3))).ids();
                    same += Arrays.equals(engine.run(request).ids(), turned) ? 1 : 0;
                }
                assertThat(same).isBetween(prompt ? 0 : 10, prompt ? 5 : 10);
            }
        }
    }

    @Test
    void aStopStringEndsATextThatTheRulesWouldNotLetGoOn() {
        try (Toy lm = new Toy(VOCABULARY, 100);
                Engine engine = new Engine(lm)) {
            Result result = engine.run(Request.of(1, 2, 3)
                    .with(method())
                    .with(Rules.of(new AllowedBy((path, token) -> path.generated() == 0 && token == 8)))
                    .with(Letters::new)
                    .with(Stops.strings(Letters.of(8))));
            assertThat(result.ids()).containsExactly(8);
            assertThat(result.finish()).isEqualTo(Result.Finish.STOP);
        }
    }

    @Test
    void aVectorWithoutLengthIsNearToNothing() {
        try (var _ = new Scope();
                UnitVectors kept = new UnitVectors(2)) {
            assertThat(kept.nearest(Ops.tensor(new float[] {1, 0}, 1, 2))).containsExactly(0);
            kept.add(Ops.tensor(new float[] {0, 5, 0, 0, -3, 0}, 3, 2));
            assertThat(kept.nearest(Ops.tensor(new float[] {1, 0, -2, 0, 0, 7, 0, 0}, 4, 2)))
                    .as("the first of three is forgotten")
                    .containsExactly(0, 1, 0, 0);
        }
    }

    @Test
    void impossibleSettingsAreRefused() {
        assertThatThrownBy(() -> new ContrastiveSearch(0, 0.6))
                .isInstanceOf(BadInput.class)
                .hasMessage("k must be at least 1, not 0.");
        for (double alpha : new double[] {-0.1, 1.1, Double.NaN}) {
            assertThatThrownBy(() -> new ContrastiveSearch(5, alpha))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("alpha");
        }
        assertThatThrownBy(() -> new ContrastiveSearch(5, 0.6, true, OptionalInt.of(0)))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("window");
    }

    @Test
    void moreCandidatesThanTokensAreRefusedBeforeWorkStarts() {
        try (Toy lm = new Toy(VOCABULARY, 100);
                Engine engine = new Engine(lm)) {
            Request request = Request.of(1, 2).withMaxTokens(3);
            assertThat(engine.run(request.with(new ContrastiveSearch(VOCABULARY, 0.6)))
                            .tokens())
                    .hasSize(3);
            int passes = lm.passes();
            assertThatThrownBy(() -> engine.submit(request.with(new ContrastiveSearch(VOCABULARY + 1, 0.6))))
                    .isInstanceOf(BadInput.class)
                    .hasMessage("k must be at most the number of the model's tokens, 40, not 41.");
            assertThat(lm.passes()).isEqualTo(passes);
        }
    }

    @Test
    void itIsNamedOnACommandLine() {
        assertThat(Spec.parse("contrastive-search:k=4,alpha=0.5", Decoding.class))
                .isEqualTo(new ContrastiveSearch(4, 0.5));
        assertThat(Spec.parse("contrastive-search:prompt=false,window=256", Decoding.class))
                .isEqualTo(new ContrastiveSearch(5, 0.6, false, OptionalInt.of(256)));
    }
}
