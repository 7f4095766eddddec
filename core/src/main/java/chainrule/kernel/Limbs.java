package chainrule.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * A row of float32 as two rows of 8-bit numbers: x ≈ m/r (a + b/2r), where m is the row's largest magnitude and a and b
 * are whole numbers from -r to r. They are written as a + r + 1 and b + r + 1, which are positive.
 *
 * @param range r: 127 gives about 16 bits, 63 about 14
 */
record Limbs(int range) {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    private static final int L = S.length();
    private static final VectorSpecies<Byte> BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(L * Byte.SIZE));
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    /** Adding and subtracting it rounds to a whole number, halves to even. */
    private static final float ROUND = 12582912f;

    /** What stands for 0. */
    int zero() {
        return range + 1;
    }

    /** What a unit of a is worth in a row of largest magnitude {@code m}. */
    float high(float m) {
        return m / range;
    }

    /** What a unit of b is worth, likewise. */
    float low(float m) {
        return m / range / (2 * range);
    }

    /** Writes x · share as two limbs and returns its largest magnitude. */
    float split(MemorySegment x, long at, float[] share, MemorySegment to, long high, long low) {
        float m = largest(x, at, share);
        float inverse = m == 0 ? 0 : range / m;
        int i = 0;
        for (; i <= share.length - L; i += L) {
            FloatVector r =
                    load(x, at + 4L * i).mul(FloatVector.fromArray(S, share, i)).mul(inverse);
            FloatVector a = r.add(ROUND).sub(ROUND);
            FloatVector b = r.sub(a).mul(2 * range).add(ROUND).sub(ROUND);
            store(a.add(zero()), to, high + i);
            store(b.add(zero()), to, low + i);
        }
        for (; i < share.length; i++) {
            float r = x.get(FLOAT, at + 4L * i) * share[i] * inverse;
            float a = r + ROUND - ROUND;
            float b = (r - a) * (2 * range) + ROUND - ROUND;
            to.set(ValueLayout.JAVA_BYTE, high + i, (byte) (int) (a + zero()));
            to.set(ValueLayout.JAVA_BYTE, low + i, (byte) (int) (b + zero()));
        }
        return m;
    }

    private static void store(FloatVector v, MemorySegment to, long at) {
        v.convertShape(VectorOperators.F2B, BYTES, 0).intoMemorySegment(to, at, LE);
    }

    private static float largest(MemorySegment x, long at, float[] share) {
        FloatVector most = FloatVector.zero(S);
        int i = 0;
        for (; i <= share.length - L; i += L) {
            most = most.max(
                    load(x, at + 4L * i).mul(FloatVector.fromArray(S, share, i)).abs());
        }
        float m = most.reduceLanes(VectorOperators.MAX);
        for (; i < share.length; i++) {
            m = Math.max(m, Math.abs(x.get(FLOAT, at + 4L * i) * share[i]));
        }
        return m;
    }

    private static FloatVector load(MemorySegment m, long at) {
        return FloatVector.fromMemorySegment(S, m, at, LE);
    }
}
