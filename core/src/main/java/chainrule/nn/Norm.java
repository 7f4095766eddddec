package chainrule.nn;

import java.util.Optional;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Normalisation of the last dimension, [..,D] to [..,D], with sums in float32 whatever the number type. */
public sealed interface Norm {
    Tensor apply(Tensor x);

    /** w: [D]. */
    Tensor weight();

    /** ε. */
    double epsilon();

    /** RMSNorm (Zhang and Sennrich, 2019): w x / √(mean(x²) + ε). */
    record Rms(Tensor weight, double epsilon) implements Norm {
        @Override
        public Tensor apply(Tensor x) {
            Tensor w = Dense.cast(weight, x.scalar_type());
            return torch.rms_norm(x, weight.shape(), new TensorOptional(w), new DoubleOptional(epsilon));
        }
    }

    /** LayerNorm (Ba, Kiros and Hinton, 2016): w (x − mean) / √(variance + ε) + b. */
    record Layer(Tensor weight, Optional<Tensor> bias, double epsilon) implements Norm {
        @Override
        public Tensor apply(Tensor x) {
            TensorOptional w = new TensorOptional(Dense.cast(weight, x.scalar_type()));
            TensorOptional b = bias.map(t -> new TensorOptional(Dense.cast(t, x.scalar_type())))
                    .orElseGet(TensorOptional::new);
            return torch.layer_norm(x, weight.shape(), w, b, epsilon, false);
        }
    }

    /** Which of them, without its parameters. */
    sealed interface Kind {
        double epsilon();

        /** RMSNorm. */
        record Rms(double epsilon) implements Kind {}

        /** LayerNorm, with or without b. */
        record Layer(double epsilon, boolean bias) implements Kind {}

        /** A norm over {@code width} elements under {@code path}; w starts at 1, b at 0. */
        default Norm create(Init init, String path, int width) {
            Tensor weight = init.get(path + ".weight", Draw.ONES, Part.WHOLE, width);
            return switch (this) {
                case Rms k -> new Norm.Rms(weight, k.epsilon());
                case Layer k ->
                    new Norm.Layer(
                            weight,
                            k.bias()
                                    ? Optional.of(init.get(path + ".bias", Draw.ZEROS, Part.WHOLE, width))
                                    : Optional.empty(),
                            k.epsilon());
            };
        }
    }
}
