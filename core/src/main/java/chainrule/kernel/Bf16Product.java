package chainrule.kernel;

import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A product with bfloat16 weights on {@link Brgemm}. Rows are rounded to bfloat16, sums are float32. Weights lie in
 * panels of {@link #OUTPUTS} outputs, two inputs side by side in a word: [⌈O/P⌉,⌈I/2⌉,P]. A panel of {@link Codes} is written
 * so when it is used, which for many rows costs little beside the product, and is never kept.
 */
public final class Bf16Product implements Product {
    private static final int OUTPUTS = 64;

    /** Rows from which a call is worth a whole panel; for fewer, halves divide better among threads. */
    private static final int MANY = 2 * Rows.GROUP;

    private final int inputs;
    private final int outputs;
    private final Tensor owned;
    private final Pairs weights;
    private final float[] bias;
    /** The rows of a pass in bfloat16, two to an element. */
    private final Rows rounded;

    private Bf16Product(int outputs, int inputs, Tensor owned, Pairs weights, float[] bias) {
        this.inputs = inputs;
        this.outputs = outputs;
        this.owned = owned;
        this.weights = weights;
        this.bias = bias;
        this.rounded = new Rows(Math.ceilDiv(inputs, 2));
    }

    /** Panels of weights in pairs of inputs. */
    private interface Pairs {
        /** Outputs of a panel. */
        int width();

        /** Outputs of one call for {@code n} rows; they divide a panel. */
        int width(int n);

        /** Where the weights of the outputs from {@code output} on begin. */
        MemorySegment from(int output);
    }

    /** Kept as they are used. */
    private record Kept(MemorySegment memory, int pairs) implements Pairs {
        @Override
        public int width() {
            return OUTPUTS;
        }

        @Override
        public int width(int n) {
            return n < MANY ? OUTPUTS / 2 : OUTPUTS;
        }

        @Override
        public MemorySegment from(int output) {
            return memory.asSlice(4L * ((long) output / OUTPUTS * pairs * OUTPUTS + output % OUTPUTS));
        }
    }

    /** Written when they are used. */
    private record Written(CodePanels panels) implements Pairs {
        @Override
        public int width() {
            return CodePanels.OUTPUTS;
        }

        @Override
        public int width(int n) {
            return CodePanels.OUTPUTS;
        }

        @Override
        public MemorySegment from(int output) {
            return panels.pairs(output / CodePanels.OUTPUTS);
        }
    }

    /** Whether this processor and this libtorch have the code for it. */
    public static boolean here() {
        return Brgemm.BF16.here();
    }

    /**
     * @param weights [O₁,I], [O₂,I] .., copied; O is the sum of their outputs
     * @param bias [O]
     */
    public static Bf16Product of(List<Tensor> weights, @Nullable Tensor bias) {
        try (var _ = new Scope()) {
            int outputs = (int) weights.stream().mapToLong(w -> w.size(0)).sum();
            int inputs = (int) weights.getFirst().size(1);
            float[] added = bias == null ? new float[0] : Ops.floats(bias);
            Tensor all = panels(weights, outputs, inputs);
            return new Bf16Product(outputs, inputs, all, new Kept(Ops.segment(all), Math.ceilDiv(inputs, 2)), added);
        }
    }

    /** The product with weights that another one holds as well. */
    static Bf16Product over(CodePanels panels, Tensor owned, int outputs, float[] bias) {
        return new Bf16Product(outputs, panels.inputs(), owned, new Written(panels), bias);
    }

    /** Outputs and inputs that do not exist are zero. */
    private static Tensor panels(List<Tensor> weights, int outputs, int inputs) {
        int count = Math.ceilDiv(outputs, OUTPUTS);
        int pairs = Math.ceilDiv(inputs, 2);
        boolean whole = outputs == count * OUTPUTS && inputs == 2 * pairs;
        Tensor all = whole
                ? Ops.empty(ScalarType.BFloat16, outputs, inputs)
                : Ops.zeros(ScalarType.BFloat16, (long) count * OUTPUTS, 2L * pairs);
        long from = 0;
        for (Tensor w : weights) {
            all.narrow(0, from, w.size(0)).narrow(1, 0, inputs).copy_(w);
            from += w.size(0);
        }
        // As whole words a pair moves at twice the speed.
        Tensor words = all.view(ScalarType.Int).view(count, OUTPUTS, pairs);
        return Scope.own(words.transpose(1, 2).contiguous());
    }

    @Override
    public void apply(Rows in, int n, Rows out) {
        rounded.reserve(n);
        Workers.each(n, i -> Loops.round(in.memory(), in.at(i), inputs, rounded.memory(), rounded.at(i)));
        int width = weights.width(n);
        int even = inputs + inputs % 2;
        Brgemm.each(outputs, width, n, (output, row, rows) -> {
            int count = Math.min(width, outputs - output);
            new Brgemm.Tile(Brgemm.BF16, count, even, even, weights.width(), outputs, false)
                    .apply(
                            rows,
                            rounded.memory().asSlice(rounded.at(row)),
                            weights.from(output),
                            out.memory().asSlice(out.at(row) + 4L * output));
            for (int i = row; bias.length > 0 && i < row + rows; i++) {
                Loops.add(out.memory(), out.at(i) + 4L * output, bias, output, count);
            }
        });
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
        rounded.close();
    }
}
