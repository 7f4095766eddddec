package chainrule.objective;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.objective.distil.Divergence;
import chainrule.objective.distil.ForwardKl;
import org.junit.jupiter.api.Test;

class ForwardKlTest extends DivergenceContract {
    @Override
    Divergence divergence() {
        return new ForwardKl(1.7);
    }

    @Test
    void aTemperatureOfNothingIsRefused() {
        assertThatThrownBy(() -> new ForwardKl(0)).hasMessageContaining("above 0");
    }
}
