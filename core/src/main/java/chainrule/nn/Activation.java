package chainrule.nn;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The nonlinearity of an MLP, element by element. */
public enum Activation {
    /** x σ(x). */
    SILU,
    /** x Φ(x), with the error function. */
    GELU,
    /** x Φ(x), with the tanh approximation. */
    GELU_TANH,
    /** max(x, 0). */
    RELU;

    public Tensor apply(Tensor x) {
        return switch (this) {
            case SILU -> torch.silu(x);
            case GELU -> torch.gelu(x);
            case GELU_TANH -> torch.gelu(x, "tanh");
            case RELU -> torch.relu(x);
        };
    }
}
