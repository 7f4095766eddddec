package chainrule.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops over rows of float32 in native memory with the Vector API. Offsets are in bytes, counts in elements. Rows'
 * widths are multiples of 2; what does not fill a vector is done element by element, in the same order for every row.
 */
public final class Loops {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = S.length();
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    /** Just under half of bfloat16's last bit. */
    private static final int HALF = 0x7fff;

    private Loops() {}

    private static FloatVector load(MemorySegment m, long at) {
        return FloatVector.fromMemorySegment(S, m, at, LE);
    }

    private static float get(MemorySegment m, long at, int i) {
        return m.get(FLOAT, at + 4L * i);
    }

    private static void set(MemorySegment m, long at, int i, float value) {
        m.set(FLOAT, at + 4L * i, value);
    }

    /** x += y, {@code count} elements of it from {@code from} on. */
    public static void add(MemorySegment x, long at, float[] y, int from, int count) {
        add(x, at, MemorySegment.ofArray(y), 4L * from, count);
    }

    /** x += y. */
    public static void add(MemorySegment x, long at, MemorySegment y, long from, int count) {
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            load(x, at + 4L * i).add(load(y, from + 4L * i)).intoMemorySegment(x, at + 4L * i, LE);
        }
        for (; i < count; i++) {
            set(x, at, i, get(x, at, i) + get(y, from, i));
        }
    }

    /** x *= factor. */
    static void scale(MemorySegment x, long at, float factor, int count) {
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            load(x, at + 4L * i).mul(factor).intoMemorySegment(x, at + 4L * i, LE);
        }
        for (; i < count; i++) {
            set(x, at, i, get(x, at, i) * factor);
        }
    }

    /**
     * Writes x in bfloat16, halves to even; an odd count is filled up with 0. A plain loop over arrays, which is quick from
     * the first prompt on, when no vector is compiled yet.
     */
    static void round(MemorySegment x, long at, int count, MemorySegment to, long out) {
        int[] bits = Scratch.ints(count);
        short[] rounded = Scratch.shorts(count + 1);
        MemorySegment.copy(x, INT, at, bits, 0, count);
        for (int i = 0; i < count; i++) {
            rounded[i] = (short) (rounded(bits[i]) >>> 16);
        }
        rounded[count] = 0;
        MemorySegment.copy(rounded, 0, to, SHORT, out, count + count % 2);
    }

    /** A float32 number's bits, of which the upper half is then the number in bfloat16. */
    static int rounded(int bits) {
        return bits + HALF + (bits >>> 16 & 1);
    }

    /** to = w x / √(mean(x²) + ε). */
    public static void rmsNorm(MemorySegment x, long at, float[] w, double epsilon, MemorySegment to, long out) {
        scale(x, at, w, (float) (1 / Math.sqrt(dot(x, at, x, at, w.length) / w.length + epsilon)), 0, to, out);
    }

    /** to = w (x − mean) / √(variance + ε), without b. */
    public static void layerNorm(MemorySegment x, long at, float[] w, double epsilon, MemorySegment to, long out) {
        float mean = sum(x, at, w.length) / w.length;
        FloatVector acc = FloatVector.zero(S);
        int i = 0;
        for (; i <= w.length - LANES; i += LANES) {
            FloatVector d = load(x, at + 4L * i).sub(mean);
            acc = d.fma(d, acc);
        }
        float variance = Exp.sum(acc);
        for (; i < w.length; i++) {
            float d = get(x, at, i) - mean;
            variance += d * d;
        }
        scale(x, at, w, (float) (1 / Math.sqrt(variance / w.length + epsilon)), mean, to, out);
    }

    private static void scale(
            MemorySegment x, long at, float[] w, float factor, float mean, MemorySegment to, long out) {
        int i = 0;
        for (; i <= w.length - LANES; i += LANES) {
            load(x, at + 4L * i)
                    .sub(mean)
                    .mul(factor)
                    .mul(FloatVector.fromArray(S, w, i))
                    .intoMemorySegment(to, out + 4L * i, LE);
        }
        for (; i < w.length; i++) {
            set(to, out, i, (get(x, at, i) - mean) * factor * w[i]);
        }
    }

    private static float sum(MemorySegment x, long at, int count) {
        FloatVector acc = FloatVector.zero(S);
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            acc = acc.add(load(x, at + 4L * i));
        }
        float s = Exp.sum(acc);
        for (; i < count; i++) {
            s += get(x, at, i);
        }
        return s;
    }

    /** x · y. */
    public static float dot(MemorySegment x, long at, MemorySegment y, long from, int count) {
        FloatVector acc = FloatVector.zero(S);
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            acc = load(x, at + 4L * i).fma(load(y, from + 4L * i), acc);
        }
        float s = Exp.sum(acc);
        for (; i < count; i++) {
            s = Math.fma(get(x, at, i), get(y, from, i), s);
        }
        return s;
    }

    /** Turns the first 2·half elements of a head in place: element i with element i + half. */
    public static void rotate(MemorySegment x, long at, float[] cos, float[] sin, int from, int half) {
        long second = at + 4L * half;
        int i = 0;
        for (; i <= half - LANES; i += LANES) {
            FloatVector c = FloatVector.fromArray(S, cos, from + i);
            FloatVector s = FloatVector.fromArray(S, sin, from + i);
            FloatVector a = load(x, at + 4L * i);
            FloatVector b = load(x, second + 4L * i);
            a.mul(c).sub(b.mul(s)).intoMemorySegment(x, at + 4L * i, LE);
            b.mul(c).add(a.mul(s)).intoMemorySegment(x, second + 4L * i, LE);
        }
        for (; i < half; i++) {
            float a = get(x, at, i);
            float b = get(x, second, i);
            set(x, at, i, a * cos[from + i] - b * sin[from + i]);
            set(x, second, i, b * cos[from + i] + a * sin[from + i]);
        }
    }

    /** x = x σ(x) · y where {@code y} is given, x σ(x) alone where {@code count} elements have no partner. */
    public static void siluTimes(MemorySegment x, long at, long y, MemorySegment to, long out, int count) {
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            FloatVector v = load(x, at + 4L * i);
            FloatVector e = Exp.exp(v.neg()).add(1f);
            v.div(e).mul(load(x, y + 4L * i)).intoMemorySegment(to, out + 4L * i, LE);
        }
        for (; i < count; i++) {
            float v = get(x, at, i);
            set(to, out, i, v / (1 + Exp.exp(-v)) * get(x, y, i));
        }
    }

    /** The index of the largest element, the first of equals. */
    public static int argmax(MemorySegment x, long at, int count) {
        float best = Float.NEGATIVE_INFINITY;
        FloatVector most = FloatVector.broadcast(S, best);
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            most = most.max(load(x, at + 4L * i));
        }
        best = most.reduceLanes(VectorOperators.MAX);
        for (; i < count; i++) {
            best = Math.max(best, get(x, at, i));
        }
        for (int k = 0; k < count; k++) {
            if (get(x, at, k) == best) {
                return k;
            }
        }
        return 0;
    }
}
