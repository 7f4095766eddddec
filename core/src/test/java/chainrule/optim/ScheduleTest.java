package chainrule.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static final List<Schedule> ALL =
            List.of(new Schedule.Constant(4), new Schedule.Linear(4, 0.1), new Schedule.Cosine(4, 0.1));

    @Test
    void warmUpGrowsInEqualPartsToTheFullRate() {
        for (Schedule schedule : ALL) {
            assertThat(List.of(1, 2, 3, 4).stream().map(s -> schedule.factor(s, 20)))
                    .containsExactly(0.25, 0.5, 0.75, 1.0);
        }
    }

    @Test
    void theLastStepHasTheFloor() {
        assertThat(new Schedule.Constant(4).factor(20, 20)).isEqualTo(1);
        assertThat(new Schedule.Linear(4, 0.1).factor(20, 20)).isCloseTo(0.1, within(1e-15));
        assertThat(new Schedule.Cosine(4, 0.1).factor(20, 20)).isCloseTo(0.1, within(1e-15));
    }

    @Test
    void halfWayIsTheMeanOfTopAndFloor() {
        assertThat(new Schedule.Linear(4, 0.2).factor(12, 20)).isCloseTo(0.6, within(1e-15));
        assertThat(new Schedule.Cosine(4, 0.2).factor(12, 20)).isCloseTo(0.6, within(1e-15));
        assertThat(new Schedule.Cosine(0, 0).factor(5, 20)).isCloseTo((1 + Math.sqrt(0.5)) / 2, within(1e-15));
    }

    @Test
    void afterWarmUpTheRateNeverGrows() {
        for (Schedule schedule : ALL) {
            for (int s = 5; s <= 25; s++) {
                assertThat(schedule.factor(s, 20))
                        .isLessThanOrEqualTo(schedule.factor(s - 1, 20))
                        .isPositive();
            }
        }
    }

    @Test
    void aRunShorterThanItsWarmUpOnlyGrows() {
        assertThat(new Schedule.Cosine(10, 0).factor(3, 3)).isCloseTo(0.3, within(1e-15));
    }

    @Test
    void impossibleSettingsAreRefused() {
        assertThatThrownBy(() -> new Schedule.Cosine(-1, 0)).hasMessageContaining("warm-up");
        assertThatThrownBy(() -> new Schedule.Linear(0, 1.5)).hasMessageContaining("floor");
    }
}
