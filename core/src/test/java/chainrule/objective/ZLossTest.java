package chainrule.objective;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ZLossTest extends ObjectiveContract {
    @Override
    Mean objective() {
        return new ZLoss(0.3);
    }

    @Test
    void aCoefficientOfNothingIsRefused() {
        assertThatThrownBy(() -> new ZLoss(0)).hasMessageContaining("above 0");
    }
}
