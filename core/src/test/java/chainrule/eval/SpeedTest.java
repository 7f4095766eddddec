package chainrule.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpeedTest {
    @Test
    void theMedianRunCountsAndTheFirstDoesNot() {
        Iterator<Long> clock = List.of(
                        0L, 2_000_000_000L, 5_000_000_000L, 6_000_000_000L, 7_000_000_000L, 11_000_000_000L)
                .iterator();
        Iterator<Long> made = List.of(1L, 20L, 30L, 20L).iterator();
        Speed found = Speed.median(3, made::next, clock::next);
        assertThat(found).isEqualTo(new Speed(20, 2));
        assertThat(found.tokensPerSecond()).isEqualTo(10);
        assertThat(made.hasNext()).isFalse();
    }

    @Test
    void anEvenNumberOfRunsHasNoMedianRun() {
        assertThatThrownBy(() -> Speed.median(2, () -> 1))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("odd number");
    }
}
