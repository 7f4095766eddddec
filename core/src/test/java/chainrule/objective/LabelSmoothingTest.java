package chainrule.objective;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LabelSmoothingTest extends ObjectiveContract {
    @Override
    Mean objective() {
        return new LabelSmoothing(0.2);
    }

    @Test
    void anEpsilonOfOneIsRefused() {
        assertThatThrownBy(() -> new LabelSmoothing(1)).hasMessageContaining("below 1");
    }
}
