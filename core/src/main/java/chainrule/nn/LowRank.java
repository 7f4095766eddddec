package chainrule.nn;

import chainrule.tensor.Ops;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A linear map with a product of two thin matrices beside its weight: y = W x + b + s B (A x).
 *
 * @param base the map that it adds to, in whatever form its weight is kept
 * @param a A: [R,I]; maps on one input may share it
 * @param b B: [O,R]
 * @param scale s
 */
public record LowRank(Linear base, Tensor a, Tensor b, double scale) implements Linear {
    /** Where B is 0 it is the {@code base}'s output bit for bit. */
    @Override
    public Tensor apply(Tensor x) {
        return base.apply(x).add(change(x));
    }

    /** s B (A x). */
    private Tensor change(Tensor x) {
        ScalarType type = x.scalar_type();
        Tensor low = torch.linear(x, Dense.cast(a, type));
        return Ops.mul(torch.linear(low, Dense.cast(b, type)), scale);
    }

    /** What {@code map} has beside its weight: [..,I] to [..,O]. */
    static Tensor change(Linear map, Tensor x) {
        if (map instanceof LowRank low) {
            return low.change(x);
        }
        long[] shape = x.shape();
        shape[shape.length - 1] = map.outputs();
        return Ops.zeros(x.scalar_type(), shape);
    }

    @Override
    public Tensor floats() {
        return base.floats().add(torch.matmul(b, a), new Scalar(scale));
    }

    @Override
    public int inputs() {
        return base.inputs();
    }

    @Override
    public int outputs() {
        return base.outputs();
    }

    @Override
    public Optional<Tensor> bias() {
        return base.bias();
    }
}
