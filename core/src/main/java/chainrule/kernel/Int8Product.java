package chainrule.kernel;

import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A product with 8-bit weights on a {@link MicroKernel}, for many rows on tiles. Weights are {@link Int8Weights}, whose
 * shares multiply the inputs; an input row is two {@link Limbs}, which keep about 16 of its bits. All sums are whole
 * numbers, so that a row's result depends on that row alone.
 */
public final class Int8Product implements Product {
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
    private static final int L = FloatVector.SPECIES_PREFERRED.length();
    /** Rows of bytes from which tiles are faster where there are any. */
    private static final int MANY = 12;
    /**
     * Rows of bytes that a panel meets on its way from memory. Between the loads of a processor that works on more rows
     * lie so many products that few loads are under way at once; the other rows find the panel in the core's cache.
     */
    private static final int FIRST = 2;

    private final MicroKernel kernel;
    private final Limbs limbs;
    private final int outputs;
    private final int words;
    private final Tensor panels;
    private final MemorySegment memory;
    private final float[] scale;
    private final float[] share;
    /** What the limbs' zero adds to a sum: [O] in whole panels, as {@link #scale} and {@link #bias}. */
    private final int[] excess;

    private final float[] bias;
    /** Two rows of bytes for every row of a pass, in whole words. */
    private final Rows bytes;

    private float[] largest = {};

    private Int8Product(MicroKernel kernel, int outputs, Int8Weights w, float[] bias) {
        this.kernel = kernel;
        this.limbs = new Limbs(kernel.range());
        this.outputs = outputs;
        this.words = (int) w.panels().size(1);
        this.panels = Scope.own(w.panels());
        this.memory = Ops.segment(panels);
        this.scale = w.scale();
        this.share = w.share();
        this.excess = Arrays.stream(w.sums()).map(sum -> sum * limbs.zero()).toArray();
        this.bias = bias;
        this.bytes = new Rows(words);
    }

    /**
     * @param weights [O₁,I], [O₂,I] .. in float32, contiguous, copied; O is the sum of their outputs
     * @param bias [O]
     */
    public static Int8Product pack(List<Tensor> weights, @Nullable Tensor bias, MicroKernel kernel) {
        try (var _ = new Scope()) {
            Int8Weights w = Int8Weights.of(weights, kernel.outputs());
            int padded = w.scale().length;
            float[] added = bias == null ? new float[padded] : Arrays.copyOf(Ops.floats(bias), padded);
            int outputs = (int) weights.stream().mapToLong(part -> part.size(0)).sum();
            return new Int8Product(kernel, outputs, w, added);
        }
    }

    @Override
    public void apply(Rows in, int n, Rows out) {
        bytes.reserve(2 * n);
        if (largest.length < n) {
            largest = new float[n];
        }
        Workers.each(
                n,
                i -> largest[i] = limbs.split(
                        in.memory(), in.at(i), share, bytes.memory(), bytes.at(2 * i), bytes.at(2 * i + 1)));
        Sums sums = sums(2 * n);
        Workers.share(scale.length / kernel.outputs(), (from, to) -> {
            for (int p = from; p < to; p++) {
                panel(sums, p, n, out);
            }
            if (tiles(2 * n)) {
                Brgemm.release();
            }
        });
    }

    /** What writes the sums [R,P] of all rows of bytes with one panel. */
    @FunctionalInterface
    private interface Sums {
        void write(MemorySegment panel, MemorySegment to);
    }

    /** Whether the sums, which are whole numbers either way, are faster on tiles. */
    private static boolean tiles(int rows) {
        return rows >= MANY && Brgemm.U8S8.here();
    }

    private Sums sums(int rows) {
        int width = kernel.outputs();
        int inputs = 4 * words;
        if (tiles(rows)) {
            var tile = new Brgemm.Tile(Brgemm.U8S8, width, inputs, inputs, width, width, false);
            return (panel, to) -> tile.apply(rows, bytes.memory(), panel, to);
        }
        MicroKernel.Code first = kernel.code(FIRST, inputs);
        if (rows == FIRST) {
            return (panel, to) -> first.apply(bytes.memory(), panel, to);
        }
        MicroKernel.Code others = kernel.code(rows - FIRST, inputs);
        MemorySegment left = bytes.memory().asSlice((long) FIRST * inputs);
        return (panel, to) -> {
            first.apply(bytes.memory(), panel, to);
            others.apply(left, panel, to.asSlice((long) FIRST * width * Integer.BYTES));
        };
    }

    private void panel(Sums writer, int p, int n, Rows out) {
        int width = kernel.outputs();
        MemorySegment sums = Scratch.bytes(2L * n * width * Integer.BYTES);
        writer.write(memory.asSlice(4L * words * width * p), sums);
        int output = width * p;
        int count = Math.min(width, outputs - output);
        for (int i = 0; i < n; i++) {
            long high = 8L * width * i;
            long at = out.at(i) + 4L * output;
            if (count == width) {
                join(sums, high, output, largest[i], out.memory(), at);
            } else {
                join(sums, high, output, largest[i], sums, high);
                MemorySegment.copy(sums, high, out.memory(), at, 4L * count);
            }
        }
    }

    /** Writes a panel's outputs of a row of largest magnitude {@code m}, whose limbs' sums lie at {@code from}. */
    private void join(MemorySegment sums, long from, int output, float m, MemorySegment to, long at) {
        for (int j = 0; j < kernel.outputs(); j += L) {
            IntVector excess = IntVector.fromArray(IntVector.SPECIES_PREFERRED, this.excess, output + j);
            FloatVector high = floats(sums, from + 4L * j, excess);
            FloatVector low = floats(sums, from + 4L * (kernel.outputs() + j), excess);
            high.mul(limbs.high(m))
                    .add(low.mul(limbs.low(m)))
                    .mul(FloatVector.fromArray(FloatVector.SPECIES_PREFERRED, scale, output + j))
                    .add(FloatVector.fromArray(FloatVector.SPECIES_PREFERRED, bias, output + j))
                    .intoMemorySegment(to, at + 4L * j, LE);
        }
    }

    private static FloatVector floats(MemorySegment sums, long at, IntVector excess) {
        return (FloatVector) IntVector.fromMemorySegment(IntVector.SPECIES_PREFERRED, sums, at, LE)
                .sub(excess)
                .convert(VectorOperators.I2F, 0);
    }

    @Override
    public int inputs() {
        return share.length;
    }

    @Override
    public int outputs() {
        return outputs;
    }

    @Override
    public void close() {
        Scope.free(panels);
        bytes.close();
    }
}
