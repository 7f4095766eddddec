package chainrule.kernel;

import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.bytedeco.pytorch.Tensor;

/**
 * Float weights in panels, and the inner loops over them. A panel holds the weights of {@link #OUTPUTS} outputs, input after
 * input: four vectors for every input, each output a lane of its own. The loops of either form are written out, as a vector
 * that comes out of a method chosen at run time would be an object, and cut their weights out of the memory themselves, as
 * the bounds of a segment that comes from elsewhere are checked at every step.
 *
 * @param wide whether they are float32, not bfloat16
 * @param memory [⌈O/P⌉,I,P]
 */
record Panels(boolean wide, int inputs, MemorySegment memory) implements PanelWeights {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final int L = S.length();
    private static final VectorSpecies<Short> SHORTS =
            L == 16 ? ShortVector.SPECIES_256 : L == 8 ? ShortVector.SPECIES_128 : ShortVector.SPECIES_64;
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    static final int OUTPUTS = 4 * L;

    /** [O,I] in panels, outputs that do not exist being zero; owned by the caller. */
    static Tensor pack(Tensor wOI) {
        long inputs = wOI.size(1);
        long count = Math.ceilDiv(wOI.size(0), OUTPUTS);
        Tensor all = Ops.empty(wOI.scalar_type(), count * OUTPUTS * inputs);
        Tensor to = all.view(count, inputs, OUTPUTS).transpose(1, 2);
        long whole = wOI.size(0) / OUTPUTS;
        to.narrow(0, 0, whole).copy_(wOI.narrow(0, 0, whole * OUTPUTS).view(whole, OUTPUTS, inputs));
        if (whole < count) {
            long rest = wOI.size(0) - whole * OUTPUTS;
            Tensor last = to.select(0, whole);
            last.zero_();
            last.narrow(0, 0, rest).copy_(wOI.narrow(0, whole * OUTPUTS, rest));
        }
        return Scope.own(all);
    }

    @Override
    public void row(int p, int from, int count, float[] x, int at, float[] sums, int to) {
        if (wide) {
            row(memory, place(p, from), count, x, at, sums, to);
        } else {
            rowOfShorts(memory, place(p, from), count, x, at, sums, to);
        }
    }

    @Override
    public MemorySegment floats(int p) {
        MemorySegment w = memory.asSlice(place(p, 0), place(1, 0));
        if (wide) {
            return w;
        }
        MemorySegment floats = Scratch.bytes((long) inputs * OUTPUTS * Float.BYTES);
        unpackShorts(w, inputs * OUTPUTS, floats);
        return floats;
    }

    /** Where a panel's weights of an input begin, in bytes. */
    private long place(int p, int input) {
        return ((long) p * inputs + input) * OUTPUTS * (wide ? Float.BYTES : Short.BYTES);
    }

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
    private static void rowOfShorts(MemorySegment all, long from, int count, float[] x, int at, float[] sums, int to) {
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
    private static void row(MemorySegment all, long from, int count, float[] x, int at, float[] sums, int to) {
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
    private static void unpackShorts(MemorySegment w, int count, MemorySegment to) {
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
