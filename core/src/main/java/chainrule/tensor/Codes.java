package chainrule.tensor;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A matrix in whole numbers, as quantised files keep it: w[o,i] = scale[o,g] · q[o,i] + least[o,g] with g = ⌊i/G⌋, rounded to
 * float32 once.
 *
 * <p>Legend: O outputs, I inputs, G inputs of a group.
 *
 * @param bits that a whole number takes: 4 or 8
 * @param q uint8 [O,I], less than 2^bits
 * @param scale float32 [O,I/G]
 * @param least float32 [O,I/G]
 */
public record Codes(int bits, Tensor q, Tensor scale, Tensor least) {
    public Codes {
        if (q.size(1) % scale.size(1) != 0) {
            throw new IllegalArgumentException(q.size(1) + " inputs do not divide into " + scale.size(1) + " groups");
        }
    }

    /** O. */
    public int outputs() {
        return (int) q.size(0);
    }

    /** I. */
    public int inputs() {
        return (int) q.size(1);
    }

    /** G. */
    public int group() {
        return (int) (q.size(1) / scale.size(1));
    }

    /** w: float32 [O,I]. */
    public Tensor floats() {
        try (var scope = new Scope()) {
            // A float64 holds the product and the sum as they are.
            Tensor wide = q.to(ScalarType.Double).unflatten(1, scale.size(1), group());
            Tensor exact = wide.mul(scale.unsqueeze(2)).add(least.unsqueeze(2)).flatten(1, 2);
            return scope.keep(exact.to(ScalarType.Float));
        }
    }
}
