package chainrule.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chainrule.BadInput;
import chainrule.model.Decoder;
import chainrule.model.Input;
import chainrule.model.Tap;
import chainrule.model.Tiny;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.Arrays;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class SequenceUnlikelihoodTest extends ObjectiveContract {
    private static final SequenceUnlikelihood LOSS = new SequenceUnlikelihood(4, 12, 2, 1e-9);

    @Override
    Mean objective() {
        return LOSS;
    }

    @Test
    void onlyWholeTrainedPrefixesAreContinued() {
        try (var _ = new Scope()) {
            // Nine tokens have two prefixes; of the four texts one is not trained, and one not in its second prefix.
            assertThat(LOSS.terms(Samples.masked())).isEqualTo(12 * (2 + 0 + 0 + 2));
        }
    }

    @Test
    void itIsTheCostOfWhatGreedySearchRepeats() {
        try (Decoder lm = Tiny.decoder(Tiny.gpt2(), 3);
                var _ = new Scope()) {
            int[] prefix = Tiny.ids(4, 8);
            int[] text = prefix.clone();
            double[] costs = new double[12];
            for (int i = 0; i < 12; i++) {
                Tensor p = Ops.softmax(
                        lm.forward(Input.of(Ops.ids(new int[][] {text})), Tap.NONE)
                                .logits(text.length - 1, text.length),
                        -1);
                int next = (int) p.argmax(new LongOptional(1), false).item_long();
                costs[i] = -Math.log(1 - p.select(1, next).item_double());
                text = Arrays.copyOf(text, text.length + 1);
                text[text.length - 1] = next;
            }
            boolean[] again = SequenceUnlikelihood.repeated(2, Arrays.copyOfRange(text, 4, 16));
            double expected = 0;
            for (int i = 0; i < 12; i++) {
                expected += again[i] ? costs[i] : 0;
            }
            assertThat(expected).as("nothing is repeated").isPositive();
            Tensor ids = Ops.ids(new int[][] {prefix});
            Batch batch = new Batch(Input.of(ids), ids, torch.ones(1, 4));
            assertThat(LOSS.sum(lm, batch).item_double()).isCloseTo(expected, within(1e-4));
        }
    }

    @Test
    void whatDoesNotFitIsSaid() {
        try (Decoder lm = Tiny.decoder(Tiny.gpt2(), 3);
                var _ = new Scope()) {
            Batch batch = Samples.masked();
            assertThatThrownBy(() -> new SequenceUnlikelihood().terms(batch))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("no prefix of 50");
            assertThatThrownBy(() -> new SequenceUnlikelihood(4, 100, 4, 1e-5).sum(lm, batch))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("context of 64");
        }
    }
}
