package chainrule.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The inner loops of a product. A panel holds the weights of {@link #OUTPUTS} outputs, input after input: four vectors
 * for every input, each output a lane of its own. So an output is the sum over its inputs from the first to the last, in
 * one order whatever the form of the weights. The loops of either form are written out, as a vector that comes out of a
 * method chosen at run time would be an object, and cut their weights out of the memory themselves, as the bounds of a
 * segment that comes from elsewhere are checked at every step.
 */
final class Panels {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final int L = S.length();
    private static final VectorSpecies<Short> SHORTS =
            L == 16 ? ShortVector.SPECIES_256 : L == 8 ? ShortVector.SPECIES_128 : ShortVector.SPECIES_64;
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    static final int OUTPUTS = 4 * L;

    private Panels() {}

    private static FloatVector floats(MemorySegment w, int element) {
        return FloatVector.fromMemorySegment(S, w, 4L * element, LE);
    }

    private static FloatVector shorts(MemorySegment w, int element) {
        var wide = (IntVector) ShortVector.fromMemorySegment(SHORTS, w, 2L * element, LE)
                .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
        return wide.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    private static FloatVector all(float[] x, int i) {
        return FloatVector.broadcast(S, x[i]);
    }

    private static FloatVector get(float[] sums, int i) {
        return FloatVector.fromArray(S, sums, i);
    }

    /** sums += w x for one row and {@code count} inputs of bfloat16 weights. */
    static void rowOfShorts(MemorySegment all, long from, int count, float[] x, int at, float[] sums, int to) {
        MemorySegment w = all.asSlice(from, 2L * OUTPUTS * count);
        FloatVector a = get(sums, to);
        FloatVector b = get(sums, to + L);
        FloatVector c = get(sums, to + 2 * L);
        FloatVector d = get(sums, to + 3 * L);
        for (int i = 0; i < count; i++) {
            FloatVector v = all(x, at + i);
            int p = OUTPUTS * i;
            a = shorts(w, p).fma(v, a);
            b = shorts(w, p + L).fma(v, b);
            c = shorts(w, p + 2 * L).fma(v, c);
            d = shorts(w, p + 3 * L).fma(v, d);
        }
        a.intoArray(sums, to);
        b.intoArray(sums, to + L);
        c.intoArray(sums, to + 2 * L);
        d.intoArray(sums, to + 3 * L);
    }

    /** sums += w x for one row and {@code count} inputs of float32 weights. */
    static void row(MemorySegment all, long from, int count, float[] x, int at, float[] sums, int to) {
        MemorySegment w = all.asSlice(from, 4L * OUTPUTS * count);
        FloatVector a = get(sums, to);
        FloatVector b = get(sums, to + L);
        FloatVector c = get(sums, to + 2 * L);
        FloatVector d = get(sums, to + 3 * L);
        for (int i = 0; i < count; i++) {
            FloatVector v = all(x, at + i);
            int p = OUTPUTS * i;
            a = floats(w, p).fma(v, a);
            b = floats(w, p + L).fma(v, b);
            c = floats(w, p + 2 * L).fma(v, c);
            d = floats(w, p + 3 * L).fma(v, d);
        }
        a.intoArray(sums, to);
        b.intoArray(sums, to + L);
        c.intoArray(sums, to + 2 * L);
        d.intoArray(sums, to + 3 * L);
    }

    /** Writes {@code count} bfloat16 weights as float32. */
    static void unpackShorts(MemorySegment w, int count, MemorySegment to) {
        for (int i = 0; i < count; i += L) {
            shorts(w, i).intoMemorySegment(to, 4L * i, LE);
        }
    }

    /** to = sums + bias for a whole panel. */
    static void finish(float[] sums, int from, float[] bias, int output, MemorySegment to, long at) {
        for (int j = 0; j < OUTPUTS; j += L) {
            get(sums, from + j).add(get(bias, output + j)).intoMemorySegment(to, at + 4L * j, LE);
        }
    }
}
