package chainrule.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chainrule.BadInput;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class FrontierTest {
    private static Frontier of(JsonNode c, double extra) {
        return Frontier.of(
                GoldenJson.longs(c.get("p_counts")),
                GoldenJson.longs(c.get("q_counts")),
                extra,
                c.get("scaling_factor").doubleValue(),
                c.get("discretization").intValue());
    }

    @Test
    void countsGiveTheReferencesCurvesAndScores() {
        int compared = 0;
        for (JsonNode c : GoldenJson.read("mauve/histograms.json")) {
            String name = c.get("name") + ", " + c.get("scaling_factor") + ", " + c.get("discretization");
            Frontier plain = of(c, 0);
            Frontier star = of(c, 0.5);
            assertThat(plain.area()).as(name).isCloseTo(c.get("mauve").doubleValue(), within(1e-9));
            assertThat(star.area()).as(name).isCloseTo(c.get("mauve_star").doubleValue(), within(1e-9));
            assertThat(plain.integral())
                    .as(name)
                    .isCloseTo(c.get("frontier_integral").doubleValue(), within(1e-9));
            assertThat(star.integral())
                    .as(name)
                    .isCloseTo(c.get("frontier_integral_star").doubleValue(), within(1e-9));
            double[][] curve = plain.curve();
            assertThat(curve).hasNumberOfRows(c.get("divergence_curve").size());
            for (int i = 0; i < curve.length; i++) {
                assertThat(curve[i])
                        .as(name + ", point " + i)
                        .containsExactly(
                                GoldenJson.doubles(c.get("divergence_curve").get(i)), within(1e-9));
            }
            compared++;
        }
        assertThat(compared).isGreaterThan(30);
    }

    @Test
    void itIsSymmetricAndFallsWithTheScaling() {
        long[] p = {5, 0, 3, 9};
        long[] q = {1, 4, 4, 2};
        double one = Frontier.of(p, q, 0, 5, 25).area();
        assertThat(Frontier.of(q, p, 0, 5, 25).area()).isCloseTo(one, within(1e-12));
        assertThat(Frontier.of(p, q, 0, 7, 25).area()).isLessThan(one);
        assertThat(Frontier.of(q, p, 0, 5, 25).integral())
                .isCloseTo(Frontier.of(p, q, 0, 5, 25).integral(), within(1e-12));
    }

    @Test
    void equalHistogramsScoreOneWhateverTheRounding() {
        for (int a = 1; a < 30; a++) {
            for (int b = 1; b < 30; b++) {
                for (long[] counts : new long[][] {{a, b}, {a, b, 1}, {0, a, 3, b}}) {
                    for (double scaling : new double[] {1, 5}) {
                        Frontier found = Frontier.of(counts, counts, 0, scaling, 25);
                        assertThat(found.area()).isCloseTo(1, within(1e-12));
                        for (double[] point : found.curve()) {
                            assertThat(point[0]).isLessThanOrEqualTo(1);
                        }
                    }
                }
            }
        }
    }

    @Test
    void whatHasNoSharesIsRefused() {
        long[] some = {1, 2};
        assertThatThrownBy(() -> Frontier.of(new long[] {0, 0}, some, 0, 5, 25))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("without counts");
        assertThatThrownBy(() -> Frontier.of(new long[] {1}, some, 0, 5, 25))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("of 1 and 2 buckets");
        assertThatThrownBy(() -> Frontier.of(some, some, 0, 0, 25)).isInstanceOf(BadInput.class);
        assertThatThrownBy(() -> Frontier.of(some, some, 0, 5, 1)).isInstanceOf(BadInput.class);
    }
}
