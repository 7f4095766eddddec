package chainrule.kernel;

import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A product with float32 or bfloat16 weights in panels (see {@link Panels}); rows and sums are float32. libtorch's own
 * products sum in another order for few rows than for many; these do not, and they read the weights of one row about as
 * fast as the memory gives them. Where the processor multiplies bfloat16 itself, {@link Bf16Product} is faster.
 */
public final class PanelProduct implements Product {
    /** Inputs whose weights one row after another reads: they stay in a core's cache. */
    private static final int CHUNK = 256;

    /** Rows from which {@link Brgemm}, whose sums are the same, is faster; it reads the weights of one row at half the speed. */
    private static final int MANY = 3;

    private final boolean wide;
    private final Tensor panels;
    private final MemorySegment memory;
    private final int outputs;
    private final int inputs;
    private final float[] bias;
    private float[] x = {};

    private PanelProduct(Tensor panels, int outputs, int inputs, float[] bias) {
        this.wide = panels.scalar_type().intern() == ScalarType.Float;
        this.panels = panels;
        this.memory = Ops.segment(panels);
        this.outputs = outputs;
        this.inputs = inputs;
        this.bias = bias;
    }

    /**
     * @param weights [O₁,I], [O₂,I] .., copied; O is the sum of their outputs
     * @param bias [O]
     * @param type float32 or bfloat16
     */
    public static PanelProduct of(List<Tensor> weights, @Nullable Tensor bias, ScalarType type) {
        try (var _ = new Scope()) {
            Tensor weight = weights.size() == 1 ? weights.getFirst() : Ops.cat(weights, 0);
            int outputs = (int) weight.size(0);
            int padded = count(outputs) * Panels.OUTPUTS;
            float[] added = bias == null ? new float[padded] : Arrays.copyOf(Ops.floats(bias), padded);
            return new PanelProduct(panels(weight.to(type)), outputs, (int) weight.size(1), added);
        }
    }

    private static int count(int outputs) {
        return Math.ceilDiv(outputs, Panels.OUTPUTS);
    }

    /** [O,I] to panels [⌈O/P⌉,I,P], outputs that do not exist being zero. */
    private static Tensor panels(Tensor wOI) {
        long inputs = wOI.size(1);
        long count = count((int) wOI.size(0));
        long elements = count * Panels.OUTPUTS * inputs;
        Tensor all = Ops.empty(wOI.scalar_type(), elements);
        Tensor to = all.view(count, inputs, Panels.OUTPUTS).transpose(1, 2);
        long whole = wOI.size(0) / Panels.OUTPUTS;
        to.narrow(0, 0, whole).copy_(wOI.narrow(0, 0, whole * Panels.OUTPUTS).view(whole, Panels.OUTPUTS, inputs));
        if (whole < count) {
            long rest = wOI.size(0) - whole * Panels.OUTPUTS;
            Tensor last = to.select(0, whole);
            last.zero_();
            last.narrow(0, 0, rest).copy_(wOI.narrow(0, whole * Panels.OUTPUTS, rest));
        }
        return Scope.own(all);
    }

    @Override
    public void apply(Rows in, int n, Rows out) {
        if (n >= MANY && Brgemm.F32.here()) {
            Brgemm.each(outputs, Panels.OUTPUTS, n, (output, row, rows) -> together(in, out, output, row, rows));
            return;
        }
        if (x.length < n * inputs) {
            x = new float[n * inputs];
        }
        MemorySegment.copy(in.memory(), ValueLayout.JAVA_FLOAT, 0, x, 0, n * inputs);
        Workers.each(count(outputs), p -> oneByOne(p, n, out));
    }

    private void together(Rows in, Rows out, int output, int row, int rows) {
        int width = Math.min(Panels.OUTPUTS, outputs - output);
        new Brgemm.Tile(Brgemm.F32, width, inputs, inputs, Panels.OUTPUTS, outputs, false)
                .apply(
                        rows,
                        in.memory().asSlice(in.at(row)),
                        floats(output / Panels.OUTPUTS),
                        out.memory().asSlice(out.at(row) + 4L * output));
        for (int i = row; i < row + rows; i++) {
            Loops.add(out.memory(), out.at(i) + 4L * output, bias, output, width);
        }
    }

    private void oneByOne(int p, int n, Rows out) {
        float[] sums = Scratch.floats(n * Panels.OUTPUTS);
        Arrays.fill(sums, 0, n * Panels.OUTPUTS, 0);
        for (int from = 0; from < inputs; from += CHUNK) {
            int count = Math.min(CHUNK, inputs - from);
            for (int r = 0; r < n; r++) {
                if (wide) {
                    Panels.row(memory, place(p, from), count, x, r * inputs + from, sums, r * Panels.OUTPUTS);
                } else {
                    Panels.rowOfShorts(memory, place(p, from), count, x, r * inputs + from, sums, r * Panels.OUTPUTS);
                }
            }
        }
        for (int r = 0; r < n; r++) {
            finish(p, sums, r, out);
        }
    }

    /** A panel's weights in float32. */
    private MemorySegment floats(int p) {
        MemorySegment w = memory.asSlice(place(p, 0), (long) inputs * Panels.OUTPUTS * bytesOfWeight());
        if (wide) {
            return w;
        }
        MemorySegment floats = Scratch.bytes((long) inputs * Panels.OUTPUTS * Float.BYTES);
        Panels.unpackShorts(w, inputs * Panels.OUTPUTS, floats);
        return floats;
    }

    /** Where a panel's weights of an input begin, in bytes. */
    private long place(int p, int input) {
        return ((long) p * inputs + input) * Panels.OUTPUTS * bytesOfWeight();
    }

    private int bytesOfWeight() {
        return wide ? Float.BYTES : Short.BYTES;
    }

    private void finish(int p, float[] sums, int r, Rows out) {
        int output = p * Panels.OUTPUTS;
        int from = r * Panels.OUTPUTS;
        long at = out.at(r) + 4L * output;
        if (output + Panels.OUTPUTS <= outputs) {
            Panels.finish(sums, from, bias, output, out.memory(), at);
            return;
        }
        for (int j = 0; output + j < outputs; j++) {
            out.memory().set(ValueLayout.JAVA_FLOAT, at + 4L * j, sums[from + j] + bias[output + j]);
        }
    }

    @Override
    public int inputs() {
        return inputs;
    }

    @Override
    public int outputs() {
        return outputs;
    }

    @Override
    public void close() {
        Scope.free(panels);
    }
}
