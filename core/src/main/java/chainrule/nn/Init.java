package chainrule.nn;

import chainrule.tensor.Codes;
import chainrule.tensor.Counter;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Where a parameter comes from: a random draw, a checkpoint, or a shard of either. Construction, loading and sharding
 * are one code path.
 */
@FunctionalInterface
public interface Init {
    /**
     * The parameter {@code name}, or a part of it, owned by the caller.
     *
     * @param draw how to draw it where it is drawn
     * @param fullShape the shape of the whole parameter
     */
    Tensor get(String name, Draw draw, Part part, long... fullShape);

    /** The parameter {@code name} as it is kept where that is in whole numbers, owned by the caller. */
    default Optional<Codes> codes(String name, long... fullShape) {
        return Optional.empty();
    }

    /**
     * Fresh float32 parameters. An element is a function of the seed, the parameter's name and the element's index in the
     * whole parameter, so that a shard holds the same numbers as that part of the whole.
     */
    static Init random(long seed) {
        return (name, draw, part, fullShape) -> {
            long[] shape = part.shape(fullShape);
            try (var _ = new Scope()) {
                Tensor t = Scope.own(Ops.empty(ScalarType.Float, shape));
                fill(Ops.segment(t), draw, Counter.of(seed, name), part, fullShape);
                return t;
            }
        };
    }

    private static void fill(MemorySegment memory, Draw draw, Counter counter, Part part, long... fullShape) {
        long inner = 1;
        for (int d = part.dimension() + 1; d < fullShape.length; d++) {
            inner *= fullShape[d];
        }
        long block = fullShape.length == 0 ? 1 : fullShape[part.dimension()] / part.count() * inner;
        long count = memory.byteSize() / Float.BYTES;
        for (long i = 0; i < count; i++) {
            long whole = i / block * block * part.count() + part.index() * block + i % block;
            double value = switch (draw) {
                case Draw.Constant c -> c.value();
                case Draw.Normal n -> n.deviation() * counter.normal(whole);
                case Draw.Uniform u -> u.bound() * (2 * counter.uniform(whole) - 1);
            };
            memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) value);
        }
    }
}
