package chainrule.model;

import chainrule.nn.Positions;
import chainrule.tensor.Ops;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The token vectors of a decoder, read from memory: libtorch's calls for one token would take as long as a small product.
 *
 * @param vectors [V,D], valid while the decoder is open
 * @param wide whether they are float32; else they are bfloat16
 * @param width D
 */
record Lookup(MemorySegment vectors, boolean wide, int width) {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT;

    /** None where positions are added to the vectors. */
    static Optional<Lookup> of(Decoder lm) {
        return lm.positions() instanceof Positions.Rotated
                ? Optional.of(new Lookup(
                        Ops.segment(lm.embed()),
                        lm.embed().scalar_type().intern() == ScalarType.Float,
                        lm.config().width()))
                : Optional.empty();
    }

    /** Writes a token's vector in float32. */
    void read(int id, MemorySegment to, long at) {
        long from = (long) id * width;
        if (wide) {
            MemorySegment.copy(vectors, FLOAT, from * Float.BYTES, to, FLOAT, at, width);
            return;
        }
        for (int i = 0; i < width; i++) {
            to.set(FLOAT, at + 4L * i, Float.intBitsToFloat(vectors.get(SHORT, 2 * (from + i)) << 16));
        }
    }
}
