package chainrule.optim;

import chainrule.nn.Tree;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** The loss weight · Σ (w − goal)² over all parameters. */
record Bowl(Tree parameters, double weight, double goal) implements Pass {
    @Override
    public double value() {
        try (var _ = new Scope();
                var _ = new NoGradGuard()) {
            return loss().item_double();
        }
    }

    @Override
    public double backward() {
        try (var _ = new Scope()) {
            Tensor loss = loss();
            loss.backward();
            return loss.item_double();
        }
    }

    private Tensor loss() {
        Tensor sum = Ops.tensor(new float[1]).sum();
        for (Tensor p : parameters.tensors().values()) {
            sum = sum.add(p.sub(Ops.tensor(new float[] {(float) goal})).square().sum());
        }
        return Ops.mul(sum, weight);
    }
}
