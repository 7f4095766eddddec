package chainrule.nn;

import org.bytedeco.pytorch.Tensor;

/** The position-wise half of a block: [..,D] to [..,D]. */
public sealed interface Mlp {
    Tensor apply(Tensor x);

    Activation activation();

    Linear down();

    /** down(act(up(x))). */
    record Plain(Linear up, Linear down, Activation activation) implements Mlp {
        @Override
        public Tensor apply(Tensor x) {
            return down.apply(activation.apply(up.apply(x)));
        }
    }

    /** down(act(gate(x)) · up(x)) (Shazeer, "GLU Variants Improve Transformer", 2020). */
    record Gated(Linear gate, Linear up, Linear down, Activation activation) implements Mlp {
        @Override
        public Tensor apply(Tensor x) {
            var both = Linear.joint(x, gate, up);
            return down.apply(activation.apply(both.get(0)).mul(both.get(1)));
        }
    }

    /**
     * Which of them, without its parameters.
     *
     * @param inner the width between the two products
     */
    record Kind(boolean gated, int inner, Activation activation, boolean bias) {
        /**
         * An MLP over {@code width} under {@code path}.
         *
         * @param deviation of the inward weights
         * @param outDeviation of the outward weight
         */
        public Mlp create(Init init, String path, int width, double deviation, double outDeviation) {
            var in = new Dense.Shape(inner, width, bias);
            Linear up = Linear.create(init, path + ".up", in, new Draw.Normal(deviation));
            Linear down = Linear.create(
                    init, path + ".down", new Dense.Shape(width, inner, bias), new Draw.Normal(outDeviation));
            return gated
                    ? new Gated(
                            Linear.create(init, path + ".gate", in, new Draw.Normal(deviation)), up, down, activation)
                    : new Plain(up, down, activation);
        }
    }
}
