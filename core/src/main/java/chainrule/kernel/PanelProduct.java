package chainrule.kernel;

import chainrule.tensor.Codes;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A product whose weights are float32, bfloat16 or {@link Codes}, in panels; rows and sums are float32, and an output is the
 * sum over its inputs from the first to the last, in one order whatever the form of the weights. libtorch's own products sum
 * in another order for few rows than for many; these do not, and they read the weights of one row about as fast as the memory
 * gives them. Where the processor multiplies bfloat16 itself, {@link Bf16Product} is faster.
 */
public final class PanelProduct implements Product {
    /** Inputs whose weights one row after another reads: they stay in a core's cache. */
    private static final int CHUNK = PanelWeights.MULTIPLE;

    /** Rows from which {@link Brgemm}, whose sums are the same, is faster; it reads the weights of one row at half the speed. */
    private static final int MANY = 3;

    private final PanelWeights weights;
    private final Tensor owned;
    private final int outputs;
    private final int inputs;
    private final float[] bias;
    private float[] x = {};

    private PanelProduct(PanelWeights weights, Tensor owned, int outputs, int inputs, float[] bias) {
        this.weights = weights;
        this.owned = owned;
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
            int inputs = (int) weight.size(1);
            Tensor all = Panels.pack(weight.to(type));
            var panels = new Panels(type.intern() == ScalarType.Float, inputs, Ops.segment(all));
            return of(panels, all, (int) weight.size(0), inputs, bias);
        }
    }

    /** Whether there are loops for weights in groups as these have. */
    public static boolean fits(List<Codes> weights) {
        return CodePanels.fits(weights);
    }

    /** Likewise of whole numbers that {@link #fits fit}, which stay as they are. */
    public static PanelProduct of(List<Codes> weights, @Nullable Tensor bias) {
        try (var _ = new Scope()) {
            Tensor all = CodePanels.pack(weights);
            int outputs = weights.stream().mapToInt(Codes::outputs).sum();
            return of(
                    CodePanels.of(weights, Ops.segment(all)),
                    all,
                    outputs,
                    weights.getFirst().inputs(),
                    bias);
        }
    }

    private static PanelProduct of(PanelWeights weights, Tensor owned, int outputs, int inputs, @Nullable Tensor bias) {
        int padded = count(outputs) * Panels.OUTPUTS;
        float[] added = bias == null ? new float[padded] : Arrays.copyOf(Ops.floats(bias), padded);
        return new PanelProduct(weights, owned, outputs, inputs, added);
    }

    /**
     * The same product in bfloat16 for many rows, where this one's weights are whole numbers and the processor has it. It holds
     * the same memory.
     */
    public Optional<Product> inBfloat16() {
        return weights instanceof CodePanels codes && Bf16Product.here()
                ? Optional.of(Bf16Product.over(codes, Scope.own(owned.detach()), outputs, bias))
                : Optional.empty();
    }

    private static int count(int outputs) {
        return Math.ceilDiv(outputs, Panels.OUTPUTS);
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
                        weights.floats(output / Panels.OUTPUTS),
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
                weights.row(p, from, count, x, r * inputs + from, sums, r * Panels.OUTPUTS);
            }
        }
        for (int r = 0; r < n; r++) {
            finish(p, sums, r, out);
        }
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
        Scope.free(owned);
    }
}
