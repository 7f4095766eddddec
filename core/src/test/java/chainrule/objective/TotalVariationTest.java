package chainrule.objective;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.objective.distil.Divergence;
import chainrule.objective.distil.TotalVariation;
import org.junit.jupiter.api.Test;

class TotalVariationTest extends DivergenceContract {
    @Override
    Divergence divergence() {
        return new TotalVariation(2);
    }

    @Test
    void aTemperatureWithoutANumberIsRefused() {
        assertThatThrownBy(() -> new TotalVariation(Double.NaN)).hasMessageContaining("above 0");
    }
}
