package chainrule.objective;

import chainrule.model.Tiny;
import chainrule.tensor.Ops;
import org.bytedeco.pytorch.Tensor;

/** Random texts for a {@link Tiny} decoder, in the open scope. */
public final class Samples {
    private Samples() {}

    /** int64 [rows,length]. */
    public static Tensor ids(long seed, int rows, int length) {
        int[][] ids = new int[rows][];
        for (int b = 0; b < rows; b++) {
            ids[b] = Tiny.ids(length, seed * 1000 + b);
        }
        return Ops.ids(ids);
    }

    /** Rows that predict their own next tokens. */
    public static Batch batch(long seed, int rows, int length) {
        return Batch.of(ids(seed, rows, length + 1));
    }
}
