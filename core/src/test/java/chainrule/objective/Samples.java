package chainrule.objective;

import chainrule.model.Decoder;
import chainrule.model.Tiny;
import chainrule.nn.Tree;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

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

    /** Four rows of which one is not trained, and one in parts. */
    static Batch masked() {
        return masked(Integer.MAX_VALUE);
    }

    /** The same of few different tokens. */
    static Batch masked(int different) {
        Batch all = Batch.of(ids(5, 4, 10).remainder(new Scalar(different)));
        Tensor mask = all.mask().clone();
        mask.narrow(0, 1, 1).zero_();
        mask.narrow(0, 2, 1).narrow(1, 3, 4).zero_();
        return new Batch(all.input(), all.targets(), mask);
    }

    /** The same decoder in float64; the given one is closed. */
    static Decoder inFloat64(Decoder lm) {
        try (lm;
                var _ = new Scope()) {
            Decoder wide = Tree.map(lm, (_, p) -> Scope.own(p.to(ScalarType.Double)));
            return new Decoder(
                    wide.config(),
                    wide.embed(),
                    wide.positions(),
                    wide.blocks(),
                    wide.norm(),
                    wide.head(),
                    ScalarType.Double,
                    ScalarType.Double);
        }
    }
}
