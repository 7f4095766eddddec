package chainrule.studies.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chainrule.objective.Choice;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SharesTest {
    private static final List<Choice> CHOICES = IntStream.range(0, 400)
            .mapToObj(i -> new Choice(new int[] {i}, List.of(new int[] {1}, new int[] {2}), i % 2))
            .toList();

    /** The second option is always ahead, by more where it is right. */
    private static final List<double[]> BIASED =
            IntStream.range(0, 400).mapToObj(i -> new double[] {-5, -4 + i % 2}).toList();

    @Test
    void aBiasTowardsOneOptionIsHalfRightUntilItIsCalibrated() {
        assertThat(Shares.of(CHOICES, BIASED).percent()).isEqualTo(50);
        assertThat(Shares.median(BIASED)).isEqualTo(2);
        assertThat(Shares.above(CHOICES, BIASED, 1.5).percent()).isEqualTo(100);
    }

    /** Of 400 answers half of which are right: 50 ± 1.96 · 2.5 percent. */
    @Test
    void theIntervalIsAboutTwoStandardErrorsWide() {
        var interval = Shares.of(CHOICES, BIASED).interval();
        assertThat(interval.low()).isCloseTo(45.1, within(0.8));
        assertThat(interval.high()).isCloseTo(54.9, within(0.8));
    }
}
