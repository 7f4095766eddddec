package chainrule.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chainrule.model.Input;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class UnlikelihoodTest extends ObjectiveContract {
    @Override
    Mean objective() {
        return new Unlikelihood(Optional.empty(), 1e-9);
    }

    @Override
    Batch batch() {
        return Samples.masked(4);
    }

    @Test
    void aLabelThatCameTwiceIsOneCandidateOfTheSetAndTwoOfTheBand() {
        try (var _ = new Scope()) {
            Tensor labels = Ops.ids(new int[][] {{1, 1, 2}});
            Batch batch = new Batch(Input.of(labels), labels, torch.ones(1, 3));
            Given lm = new Given(torch.zeros(1, 3, 4), true);
            double one = -Math.log(0.75);
            assertThat(new Unlikelihood().sum(lm, batch).item_double()).isCloseTo(one, within(1e-6));
            assertThat(new Unlikelihood(Optional.of(new Length.Tokens(2)), 1e-5)
                            .sum(lm, batch)
                            .item_double())
                    .isCloseTo(2 * one, within(1e-6));
        }
    }

    @Test
    void aCertainTokenCostsWhatTheClampSaysAndGivesNoGradient() {
        try (var _ = new Scope()) {
            Tensor labels = Ops.ids(new int[][] {{1, 2}});
            Batch batch = new Batch(Input.of(labels), labels, torch.ones(1, 2));
            Tensor logits = torch.zeros(1, 2, 4);
            logits.select(0, 0).select(0, 1).select(0, 1).fill_(new Scalar(300));
            logits.set_requires_grad(true);
            Tensor sum = new Unlikelihood().sum(new Given(logits, true), batch);
            sum.backward();
            assertThat(sum.item_double()).isCloseTo(-Math.log(1e-5), within(1e-5));
            assertThat(logits.grad().abs().max().item_double()).isZero();
        }
    }

    @Test
    void aClampOfNothingIsRefused() {
        assertThatThrownBy(() -> new Unlikelihood(Optional.empty(), 0)).hasMessageContaining("above 0");
    }
}
