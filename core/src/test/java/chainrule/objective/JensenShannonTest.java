package chainrule.objective;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.objective.distil.Divergence;
import chainrule.objective.distil.JensenShannon;
import org.junit.jupiter.api.Test;

class JensenShannonTest extends DivergenceContract {
    @Override
    Divergence divergence() {
        return new JensenShannon(0.3, 1);
    }

    @Test
    void anEndOfTheRangeIsRefusedWithWhatIsMeantByIt() {
        assertThatThrownBy(() -> new JensenShannon(0, 1)).hasMessageContaining("forward-kl and reverse-kl");
    }
}
