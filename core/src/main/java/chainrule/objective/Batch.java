package chainrule.objective;

import chainrule.data.Rows;
import chainrule.model.Input;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Texts to learn from: B rows of T tokens.
 *
 * @param input what the model reads
 * @param targets the token that follows each: int64 [B,T]; any id of the vocabulary where the mask is 0
 * @param mask the weight of each prediction, 1 where it is trained and 0 where not: float32 [B,T]
 * @param reference the sum of the log-probabilities that another model gives to the trained tokens of each text: float64
 *     [B], for objectives that ask for it
 */
public record Batch(Input input, Tensor targets, Tensor mask, Optional<Tensor> reference) {
    /** Without a reference model. */
    public Batch(Input input, Tensor targets, Tensor mask) {
        this(input, targets, mask, Optional.empty());
    }

    /** The same with a reference model's log-probability of each text: float64 [B]. */
    public Batch against(Tensor logP) {
        return new Batch(input, targets, mask, Optional.of(logP));
    }

    /** Every row predicts its own next token, all of them trained. @param rowsBT1 ids: int64 [B,T+1] */
    public static Batch of(Tensor rowsBT1) {
        long length = rowsBT1.size(1) - 1;
        Tensor targets = rowsBT1.narrow(1, 1, length);
        return new Batch(Input.of(rowsBT1.narrow(1, 0, length)), targets, torch.ones(rowsBT1.size(0), length));
    }

    /** Packed rows, of which what is masked or fills up a short one is not trained. */
    public static Batch of(Rows rows) {
        Batch all = of(Ops.ids(rows.ids()));
        int length = rows.ids()[0].length - 1;
        float[] mask = new float[rows.ids().length * length];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = rows.mask()[i / length][i % length] ? 1 : 0;
        }
        return new Batch(all.input, all.targets, Ops.tensor(mask, rows.ids().length, length));
    }

    /** The same texts, of which only predictions at the first {@code positions} are trained. */
    Batch first(long positions) {
        Tensor nearer = mask.clone();
        nearer.narrow(1, positions, mask.size(1) - positions).zero_();
        return new Batch(input, targets, nearer, reference);
    }

    /** The sum of the weights: the number of trained predictions. */
    public double trained() {
        try (var _ = new Scope()) {
            return Ops.floats(mask.sum())[0];
        }
    }
}
