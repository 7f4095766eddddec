package chainrule.objective;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Gradients made by hand, brought into the graph: libtorch's autograd nodes cannot be written in Java. */
final class Injected {
    private Injected() {}

    /** A tensor of the graph and the gradient that it is to have. */
    record Gradient(Tensor of, Tensor is) {}

    /** A float64 scalar of value {@code value} with these gradients; those of tensors outside of the graph are left out. */
    static Tensor gradients(Tensor value, Gradient... gradients) {
        Tensor carrier = torch.zeros_like(value);
        for (Gradient g : gradients) {
            if (g.of.requires_grad()) {
                carrier = carrier.add(torch.dot(g.of.flatten(), g.is.flatten()).to(ScalarType.Double));
            }
        }
        return carrier.sub(carrier.detach()).add(value);
    }
}
