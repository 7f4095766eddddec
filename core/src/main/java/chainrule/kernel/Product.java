package chainrule.kernel;

import chainrule.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** y = x Wᵀ + b for rows: [n,I] to [n,O]. Each row's result is the same bits whatever else is in the pass. */
public interface Product extends AutoCloseable {
    /** The first {@code n} rows of {@code in} to those of {@code out}. */
    void apply(Rows in, int n, Rows out);

    int inputs();

    int outputs();

    /** The bytes of weights read for a pass. */
    long bytes();

    @Override
    void close();

    /** A product in float32 or bfloat16, with libtorch. */
    static Product plain(Tensor weight, @Nullable Tensor bias, ScalarType type) {
        try (var _ = new Scope()) {
            Tensor w = Scope.own(weight.to(type).contiguous());
            return new Plain(w, bias == null ? null : Scope.own(bias.to(type).contiguous()));
        }
    }

    /**
     * libtorch sums in another order where a product is small, so few rows are padded until it no longer is: a row's
     * bits then do not depend on how many there are.
     *
     * @param weight [O,I], owned
     */
    record Plain(Tensor weight, @Nullable Tensor bias) implements Product {
        private static final int LEAST_ROWS = 4;
        private static final int LEAST_PRODUCTS = 100_000;
        private static final int LEAST_RESULTS = 1200;

        @Override
        public void apply(Rows in, int n, Rows out) {
            try (var _ = new Scope()) {
                int padded = Math.max(n, leastRows());
                in.reserve(padded);
                out.reserve(padded);
                Tensor x = in.tensor(padded);
                boolean wide = weight.scalar_type().intern() == ScalarType.Float;
                Tensor product = linear(wide ? x : x.to(weight.scalar_type()));
                out.tensor(padded).copy_(product);
            }
        }

        /** From so many rows on libtorch sums every row in the same order: found by trial over many shapes. */
        private int leastRows() {
            int products = Math.ceilDiv(LEAST_PRODUCTS, inputs() * outputs());
            return Math.max(Math.max(LEAST_ROWS, products), LEAST_RESULTS / outputs() + 1);
        }

        private Tensor linear(Tensor x) {
            return bias == null ? torch.linear(x, weight) : torch.linear(x, weight, new TensorOptional(bias));
        }

        @Override
        public int inputs() {
            return (int) weight.size(1);
        }

        @Override
        public int outputs() {
            return (int) weight.size(0);
        }

        @Override
        public long bytes() {
            return weight.numel() * weight.element_size();
        }

        @Override
        public void close() {
            Scope.free(weight);
            if (bias != null) {
                Scope.free(bias);
            }
        }
    }
}
