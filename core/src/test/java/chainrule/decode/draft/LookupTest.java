package chainrule.decode.draft;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.decode.rule.Path;
import chainrule.decode.rule.Rules;
import java.util.List;
import org.junit.jupiter.api.Test;

class LookupTest extends DrafterContract {
    @Override
    protected Drafter drafter() {
        return new Lookup(2);
    }

    private static final Chance NONE = new Chance() {
        @Override
        public int draw(double[] law, int position, int n) {
            throw new AssertionError("a lookup draws nothing");
        }

        @Override
        public boolean happens(double probability, int position, int n) {
            throw new AssertionError("a lookup draws nothing");
        }
    };

    private static Draft draft(int ngram, int tokens, int... text) {
        Path path = Path.of(text, 100, 99, 98);
        return new Lookup(ngram)
                .prepare(path, new Law(Rules.NONE, List.of()), NONE)
                .propose(path, new Shape(tokens, List.of()));
    }

    @Test
    void whatFollowedTheLongestEndOfTheTextFollowsAgain() {
        assertThat(draft(3, 3, 1, 2, 3, 4, 9, 3, 5, 6, 1, 2, 3).tokens()).containsExactly(4, 9, 3);
        assertThat(draft(2, 2, 1, 2, 3, 4, 8, 2, 3, 5, 6, 7, 2, 3).tokens())
                .as("the first of two")
                .containsExactly(4, 8);
        assertThat(draft(3, 2, 1, 2, 3, 4, 8, 2, 3, 5, 6, 8, 2, 3).tokens())
                .as("the longer")
                .containsExactly(5, 6);
        assertThat(draft(1, 2, 1, 2, 3, 4, 8, 2, 3, 5, 6, 8, 2, 3).tokens()).containsExactly(4, 8);
    }

    @Test
    void aDraftEndsWithTheTextAndMayOverlapItsOwnKey() {
        assertThat(draft(3, 5, 7, 7, 7).tokens()).containsExactly(7);
        assertThat(draft(3, 5, 1, 2, 1, 2).tokens()).containsExactly(1, 2);
    }

    @Test
    void aDraftEndsWithATokenThatEndsTheText() {
        assertThat(draft(2, 5, 1, 2, 3, 99, 4, 5, 1, 2).tokens()).containsExactly(3, 99);
    }

    @Test
    void nothingIsDraftedWhereNothingWasSaidBefore() {
        assertThat(draft(3, 5, 1, 2, 3, 4).size()).isZero();
        assertThat(draft(3, 5, 1).size()).isZero();
    }
}
