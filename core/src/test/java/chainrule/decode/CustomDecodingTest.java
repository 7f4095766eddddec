package chainrule.decode;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.BadInput;
import chainrule.Spec;
import chainrule.decode.filter.Distribution;
import chainrule.decode.rule.LogitRule;
import chainrule.decode.rule.Path;
import chainrule.decode.rule.Rules;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** A library user's own method and rule, by the open doors. */
class CustomDecodingTest extends DecodingContract {
    /** Reads the two best tokens at a time and keeps the one after which the model is surer. */
    public record Surer(int breadth) implements Decoding.Custom {
        public Surer() {
            this(2);
        }

        @Override
        public Run start(Text text) {
            return new SurerRun(text, breadth);
        }
    }

    private static final class SurerRun implements Run {
        private final Text text;
        private final int breadth;
        private Path path;
        private int[] best = {};

        SurerRun(Text text, int breadth) {
            this.text = text;
            this.breadth = breadth;
            this.path = text.prompt();
        }

        @Override
        public Proposal propose() {
            int[] parents = new int[best.length];
            Arrays.fill(parents, -1);
            return Proposal.open(best, parents);
        }

        @Override
        public Choice choose(Read read) {
            int surest = 0;
            for (int row = 1; row < read.rows(); row++) {
                surest = certainty(read, row) > certainty(read, surest) ? row : surest;
            }
            path = best.length == 0 ? path : path.then(best[surest]);
            float[] scores = read.scores(surest);
            text.rules().apply(scores, path);
            best = Arrays.stream(Distribution.best(breadth, scores))
                    .filter(t -> scores[t] > Float.NEGATIVE_INFINITY)
                    .toArray();
            if (best.length == 0) {
                throw new BadInput("Here the rules forbid every token.");
            }
            return Choice.commit(surest);
        }

        private static double certainty(Read read, int row) {
            float[] scores = read.scores(row);
            Distribution d = Distribution.of(scores);
            return d.probability(Distribution.best(scores));
        }
    }

    /** Allows a closing token only where one is open. */
    public record Balanced(int open, int close) implements LogitRule.Custom {
        @Override
        public void apply(float[] scores, Path path) {
            int depth = path.fold(this, () -> 0, (d, token) -> token == open ? d + 1 : token == close ? d - 1 : d);
            if (depth == 0) {
                scores[close] = Float.NEGATIVE_INFINITY;
            }
        }
    }

    @Override
    protected Decoding method() {
        return new Surer();
    }

    @Test
    void aRuleOfOnesOwnHoldsOnEveryBranch() {
        try (Toy lm = new Toy(8, 100);
                Engine engine = new Engine(lm)) {
            int opened = 0;
            for (Decoding method : new Decoding[] {
                new Surer(3), new BeamSearch(5, 5, 1, BeamSearch.EarlyStopping.FALSE), new Sampling()
            }) {
                for (Result each : engine.run(Request.of(1)
                                .with(method)
                                .with(Rules.of(new Balanced(2, 5)))
                                .withMaxTokens(60))
                        .all()) {
                    int depth = 0;
                    for (int id : each.ids()) {
                        depth += id == 2 ? 1 : id == 5 ? -1 : 0;
                        opened += id == 2 ? 1 : 0;
                        assertThat(depth).isNotNegative();
                    }
                }
            }
            assertThat(opened).as("the rule had something to do").isPositive();
        }
    }

    @Test
    void aMethodOfOnesOwnHasATextForm() {
        Decoding method = Spec.parse("surer:breadth=3", Decoding.class, Surer.class);
        assertThat(method).isEqualTo(new Surer(3));
        assertThat(Spec.describe(Decoding.class, Surer.class).getLast()).hasToString("surer:breadth=2");
    }
}
