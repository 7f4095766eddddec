package chainrule.kernel;

import chainrule.tensor.Codes;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * {@link Codes} in panels of {@link #OUTPUTS} outputs, and the loops over them. A panel is group after group of its inputs:
 * the outputs' scales, their least values, then their whole numbers: of 4 bits, eight inputs to a word of each output; of 8
 * bits, input after input. A weight is one fused operation, so it is the same float32 number as elsewhere.
 *
 * @param memory of all panels
 */
record CodePanels(int bits, int group, int inputs, MemorySegment memory) implements PanelWeights {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final int L = S.length();
    private static final VectorSpecies<Byte> BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, L * Byte.SIZE)));
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    /** Inputs whose 4-bit numbers are a word. */
    private static final int WORD = Integer.SIZE / 4;

    static final int OUTPUTS = Panels.OUTPUTS;

    /** The panels of the weights' outputs in a row, owned by the caller. */
    static Tensor pack(List<Codes> weights) {
        int outputs = weights.stream().mapToInt(Codes::outputs).sum();
        CodePanels form = of(weights, MemorySegment.NULL);
        int panels = Math.ceilDiv(outputs, OUTPUTS);
        Tensor all = Scope.own(Ops.empty(ScalarType.Int, panels, form.bytesOfPanel() / Integer.BYTES));
        MemorySegment to = Ops.segment(all);
        Source source = Source.of(weights);
        Workers.each(panels, p -> {
            int[] panel = new int[(int) (form.bytesOfPanel() / Integer.BYTES)];
            byte[] q = new byte[form.inputs];
            int[] scales = new int[form.inputs / form.group * 2];
            for (int j = 0; j < OUTPUTS && p * OUTPUTS + j < outputs; j++) {
                source.read(p * OUTPUTS + j, form.group, q, scales);
                form.place(q, scales, j, panel);
            }
            MemorySegment.copy(panel, 0, to, ValueLayout.JAVA_INT, p * form.bytesOfPanel(), panel.length);
        });
        return all;
    }

    /** The form that holds all of the weights' outputs: the most bits, the smallest group. */
    static CodePanels of(List<Codes> weights, MemorySegment memory) {
        int bits = weights.stream().mapToInt(Codes::bits).max().orElseThrow();
        int group = weights.stream().mapToInt(Codes::group).min().orElseThrow();
        return new CodePanels(bits, group, weights.getFirst().inputs(), memory);
    }

    /** Whether the loops fit these weights. */
    static boolean fits(List<Codes> weights) {
        CodePanels form = of(weights, MemorySegment.NULL);
        return form.group % WORD == 0
                && form.bytesOfPanel() < Integer.MAX_VALUE
                && weights.stream().allMatch(w -> w.group() % form.group == 0);
    }

    private long bytesOfGroup() {
        return OUTPUTS * (2L * Float.BYTES + (long) group * bits / Byte.SIZE);
    }

    private long bytesOfPanel() {
        return inputs / group * bytesOfGroup();
    }

    /** Where the rows of all weights lie. */
    private record Source(List<Codes> weights, MemorySegment[] q, MemorySegment[] scale, MemorySegment[] least) {
        static Source of(List<Codes> weights) {
            return new Source(
                    weights,
                    weights.stream().map(w -> Ops.segment(w.q())).toArray(MemorySegment[]::new),
                    weights.stream().map(w -> Ops.segment(w.scale())).toArray(MemorySegment[]::new),
                    weights.stream().map(w -> Ops.segment(w.least())).toArray(MemorySegment[]::new));
        }

        /** Reads an output's whole numbers, and scale and least value of each group of {@code group}, as bits. */
        void read(int output, int group, byte[] row, int[] scales) {
            int part = 0;
            int at = output;
            while (at >= weights.get(part).outputs()) {
                at -= weights.get(part++).outputs();
            }
            MemorySegment.copy(q[part], ValueLayout.JAVA_BYTE, (long) at * row.length, row, 0, row.length);
            int wide = weights.get(part).group();
            for (int g = 0; g * group < row.length; g++) {
                long from = (long) at * (row.length / wide) + g * group / wide;
                scales[2 * g] = scale[part].getAtIndex(ValueLayout.JAVA_INT, from);
                scales[2 * g + 1] = least[part].getAtIndex(ValueLayout.JAVA_INT, from);
            }
        }
    }

    /** Writes an output's numbers in column {@code j} of a panel. */
    private void place(byte[] q, int[] scales, int j, int[] panel) {
        int perWord = Integer.SIZE / bits;
        int at = 0;
        for (int g = 0; g * group < inputs; g++) {
            panel[at + j] = scales[2 * g];
            panel[at + OUTPUTS + j] = scales[2 * g + 1];
            at += 2 * OUTPUTS;
            for (int i = g * group; i < (g + 1) * group; i += perWord, at += OUTPUTS) {
                if (bits == 4) {
                    int word = 0;
                    for (int k = 0; k < WORD; k++) {
                        word |= q[i + k] << 4 * k;
                    }
                    panel[at + j] = word;
                } else {
                    for (int k = 0; k < perWord; k++) {
                        int index = k * OUTPUTS + j;
                        panel[at + index / 4] |= (q[i + k] & 255) << index % 4 * 8;
                    }
                }
            }
        }
    }

    private static FloatVector load(MemorySegment w, int at) {
        return FloatVector.fromMemorySegment(S, w, at, LE);
    }

    private static IntVector words(MemorySegment w, int at) {
        return IntVector.fromMemorySegment(INTS, w, at, LE);
    }

    private static FloatVector nibble(IntVector words) {
        return (FloatVector) words.lanewise(VectorOperators.AND, 15).convert(VectorOperators.I2F, 0);
    }

    private static IntVector next(IntVector words) {
        return words.lanewise(VectorOperators.LSHR, 4);
    }

    private static FloatVector whole(MemorySegment w, int at) {
        return (FloatVector) ByteVector.fromMemorySegment(BYTES, w, at, LE)
                .convertShape(VectorOperators.ZERO_EXTEND_B2I, INTS, 0)
                .convert(VectorOperators.I2F, 0);
    }

    private static FloatVector all(float[] x, int i) {
        return FloatVector.broadcast(S, x[i]);
    }

    private static FloatVector get(float[] sums, int i) {
        return FloatVector.fromArray(S, sums, i);
    }

    @Override
    public void row(int p, int from, int count, float[] x, int at, float[] sums, int to) {
        long bytes = bytesOfGroup();
        for (int g = from / group; g * group < from + count; g++) {
            long place = p * bytesOfPanel() + g * bytes;
            int input = at + g * group - from;
            if (bits == 8) {
                eights(memory, place, group, x, input, sums, to);
                continue;
            }
            for (int k = 0; k < group; k += WORD) {
                fours(memory, place, k, x, input + k, sums, to);
                fours(memory, place + 8L * L, k, x, input + k, sums, to + 2 * L);
            }
        }
    }

    /**
     * One word of half the outputs. Loops within a loop would make objects of the vectors, and so would more of them: the
     * compiler inlines so much and no more.
     */
    private static void fours(MemorySegment all, long place, int first, float[] x, int at, float[] sums, int to) {
        MemorySegment w = all.asSlice(place, (40L + 2L * first) * L);
        FloatVector sa = load(w, 0);
        FloatVector sb = load(w, 4 * L);
        FloatVector la = load(w, 16 * L);
        FloatVector lb = load(w, 20 * L);
        FloatVector a = get(sums, to);
        FloatVector b = get(sums, to + L);
        int from = (32 + 2 * first) * L;
        IntVector qa = words(w, from);
        IntVector qb = words(w, from + 4 * L);
        for (int i = 0; i < WORD; i++) {
            FloatVector v = all(x, at + i);
            a = nibble(qa).fma(sa, la).fma(v, a);
            b = nibble(qb).fma(sb, lb).fma(v, b);
            qa = next(qa);
            qb = next(qb);
        }
        a.intoArray(sums, to);
        b.intoArray(sums, to + L);
    }

    private static void eights(MemorySegment all, long place, int count, float[] x, int at, float[] sums, int to) {
        MemorySegment w = all.asSlice(place, (32L + 4L * count) * L);
        FloatVector sa = load(w, 0);
        FloatVector sb = load(w, 4 * L);
        FloatVector sc = load(w, 8 * L);
        FloatVector sd = load(w, 12 * L);
        FloatVector la = load(w, 16 * L);
        FloatVector lb = load(w, 20 * L);
        FloatVector lc = load(w, 24 * L);
        FloatVector ld = load(w, 28 * L);
        FloatVector a = get(sums, to);
        FloatVector b = get(sums, to + L);
        FloatVector c = get(sums, to + 2 * L);
        FloatVector d = get(sums, to + 3 * L);
        for (int i = 0; i < count; i++) {
            int from = (32 + 4 * i) * L;
            FloatVector v = all(x, at + i);
            a = whole(w, from).fma(sa, la).fma(v, a);
            b = whole(w, from + L).fma(sb, lb).fma(v, b);
            c = whole(w, from + 2 * L).fma(sc, lc).fma(v, c);
            d = whole(w, from + 3 * L).fma(sd, ld).fma(v, d);
        }
        a.intoArray(sums, to);
        b.intoArray(sums, to + L);
        c.intoArray(sums, to + 2 * L);
        d.intoArray(sums, to + 3 * L);
    }

    @Override
    public MemorySegment floats(int p) {
        MemorySegment to = Scratch.bytes((long) inputs * OUTPUTS * Float.BYTES);
        for (int i = 0; i < inputs; i += group) {
            MemorySegment.copy(unpack(p, i), 0, to, FLOAT, 4L * i * OUTPUTS, group * OUTPUTS);
        }
        return to;
    }

    /** A panel's weights in bfloat16, pairs of inputs side by side, [I/2,P,2]; until the calling thread asks again. */
    MemorySegment pairs(int p) {
        int count = group * OUTPUTS;
        long spare = (long) inputs * OUTPUTS * Short.BYTES;
        MemorySegment to = Scratch.bytes(spare + (long) count * Float.BYTES);
        for (int i = 0; i < inputs; i += group) {
            MemorySegment.copy(unpack(p, i), 0, to, FLOAT, spare, count);
            int[] rows = Scratch.ints(count);
            MemorySegment.copy(to, INT, spare, rows, 0, count);
            for (int k = 0; k < group / 2; k++) {
                pair(rows, 2 * k * OUTPUTS, k * OUTPUTS);
            }
            MemorySegment.copy(rows, 0, to, INT, 2L * i * OUTPUTS, count / 2);
        }
        return to;
    }

    /** Rounds two rows of float32 bits to bfloat16, halves to even, and writes them side by side. */
    private static void pair(int[] rows, int from, int to) {
        for (int j = 0; j < OUTPUTS; j++) {
            int low = Loops.rounded(rows[from + j]) >>> 16;
            rows[to + j] = Loops.rounded(rows[from + OUTPUTS + j]) & 0xffff0000 | low;
        }
    }

    /**
     * The weights of the group from {@code input} on, [G,P], and more; until the calling thread asks again. Plain loops, which
     * are quick from the first prompt on.
     */
    private float[] unpack(int p, int input) {
        long place = p * bytesOfPanel() + input / group * bytesOfGroup();
        int scales = group * OUTPUTS;
        float[] w = Scratch.floats(scales + 2 * OUTPUTS);
        MemorySegment.copy(memory, FLOAT, place, w, scales, 2 * OUTPUTS);
        long codes = place + 2L * OUTPUTS * Float.BYTES;
        if (bits == 8) {
            byte[] q = Scratch.heapBytes(scales);
            MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, codes, q, 0, scales);
            for (int i = 0; i < scales; i += OUTPUTS) {
                eights(q, w, i, scales);
            }
            return w;
        }
        int[] q = Scratch.ints(scales / WORD);
        MemorySegment.copy(memory, INT, codes, q, 0, scales / WORD);
        for (int i = 0; i < group; i++) {
            fours(q, i / WORD * OUTPUTS, i % WORD * 4, w, i * OUTPUTS, scales);
        }
        return w;
    }

    private static void eights(byte[] q, float[] w, int at, int scales) {
        for (int j = 0; j < OUTPUTS; j++) {
            w[at + j] = Math.fma(w[scales + j], q[at + j] & 255, w[scales + OUTPUTS + j]);
        }
    }

    private static void fours(int[] q, int from, int shift, float[] w, int at, int scales) {
        for (int j = 0; j < OUTPUTS; j++) {
            w[at + j] = Math.fma(w[scales + j], q[from + j] >>> shift & 15, w[scales + OUTPUTS + j]);
        }
    }
}
