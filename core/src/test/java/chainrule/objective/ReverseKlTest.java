package chainrule.objective;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.objective.distil.Divergence;
import chainrule.objective.distil.ReverseKl;
import org.junit.jupiter.api.Test;

class ReverseKlTest extends DivergenceContract {
    @Override
    Divergence divergence() {
        return new ReverseKl();
    }

    @Test
    void aNegativeTemperatureIsRefused() {
        assertThatThrownBy(() -> new ReverseKl(-1)).hasMessageContaining("above 0");
    }
}
