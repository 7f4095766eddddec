package chainrule.decode.draft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chainrule.decode.filter.Filter;
import chainrule.decode.filter.Temperature;
import chainrule.decode.filter.TopK;
import chainrule.decode.rule.Path;
import chainrule.decode.rule.Rules;
import chainrule.decode.rule.SuppressTokens;
import java.util.List;
import org.junit.jupiter.api.Test;

class LawTest {
    private static final float NONE = Float.NEGATIVE_INFINITY;

    private static double[] after(Rules rules, List<Filter> filters, float... scores) {
        return new Law(rules, filters).after(scores, Path.of(new int[] {0}, 10)).orElse(new double[0]);
    }

    @Test
    void rulesActBeforeFiltersAndAllBeforeTheSoftmax() {
        Rules rules = Rules.of(new SuppressTokens(List.of(0)));
        double e = Math.exp(-1);
        assertThat(after(rules, List.of(new Temperature(2), new TopK(2)), 9, 4, 2, 1))
                .containsExactly(new double[] {0, 1 / (1 + e), e / (1 + e), 0}, within(1e-9));
    }

    @Test
    void theOnlyTokenLeftIsCertain() {
        assertThat(after(Rules.NONE, List.of(), NONE, -7, NONE)).containsExactly(0, 1, 0);
        assertThat(after(Rules.NONE, List.of(new TopK(1)), 1, 3, 2)).containsExactly(0, 1, 0);
    }

    @Test
    void thereIsNoLawWhereNothingCanFollowOrScoresAreNoNumbers() {
        assertThat(after(Rules.NONE, List.of(), NONE, NONE)).isEmpty();
        assertThat(after(Rules.NONE, List.of(), Float.NaN, Float.NaN)).isEmpty();
        assertThat(after(Rules.NONE, List.of(), Float.NaN, NONE)).isEmpty();
        assertThat(after(Rules.NONE, List.of(), 1, Float.POSITIVE_INFINITY)).isEmpty();
    }

    @Test
    void aTokenThatIsTakenAwayLeavesTheOthersTheirShares() {
        assertThat(Law.without(1, new double[] {0.2, 0.5, 0.3}))
                .containsExactly(new double[] {0.4, 0, 0.6}, within(1e-12));
        assertThat(Law.without(0, new double[] {1, 0})).isEmpty();
    }

    @Test
    void whatADraftDoesNotCoverIsLeftAndAShorterLawCoversLess() {
        double[] p = {0.5, 0.3, 0.2};
        assertThat(Law.excess(p, new double[] {0.2, 0.5, 0.3})).containsExactly(1, 0, 0);
        assertThat(Law.excess(p, new double[] {1})).containsExactly(new double[] {0, 0.6, 0.4}, within(1e-12));
        assertThat(Law.excess(p, p)).as("nothing is left").isEqualTo(p);
    }
}
