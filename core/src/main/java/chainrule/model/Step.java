package chainrule.model;

import chainrule.tensor.Ops;
import org.bytedeco.pytorch.Tensor;

/**
 * What one pass found for one text (or, without a cache, for a whole batch): R rows, one per token read, computed only
 * when asked for. It is valid until the model's next pass.
 */
public interface Step {
    /** R. In a pass without a cache B·T, row b·T + t. */
    int rows();

    /** The output head's input, after the final norm: [R,D]. */
    Tensor hidden();

    /** Unnormalised log-probabilities of the next token after rows {@code from} to {@code to - 1}: float32 [to-from,V]. */
    Tensor logits(int from, int to);

    /**
     * Says that {@link #scores} of this row will be asked for. Where it has been said of some rows before the first is asked
     * for, the output head may leave out the others until they are asked for too.
     */
    default void want(int row) {}

    /** The logits after one row, in Java memory of the caller's: V values. */
    default float[] scores(int row) {
        return Ops.floats(logits(row, row + 1));
    }
}
