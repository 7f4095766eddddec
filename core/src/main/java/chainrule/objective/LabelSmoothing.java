package chainrule.objective;

import chainrule.tensor.Ops;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Cross-entropy against a target that keeps a little probability for every token, so that the model does not grow
 * overconfident (Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", 2016, section 7). It stands
 * in {@link NextToken}'s place, and its gradient is made by hand as well.
 *
 * <pre>
 * −(1 − ε) log p[y] − (ε/V) Σ_v log p[v]          (the sum includes y)
 * ∂/∂z = p − (1 − ε) onehot(y) − ε/V
 * </pre>
 *
 * @param epsilon ε, 0.1 in most papers
 */
public record LabelSmoothing(double epsilon) implements RowLoss {
    public LabelSmoothing {
        if (!(epsilon >= 0 && epsilon < 1)) {
            throw new IllegalArgumentException("epsilon " + epsilon + ": a number from 0 to below 1 is needed");
        }
    }

    /** With 0.1. */
    public LabelSmoothing() {
        this(0.1);
    }

    @Override
    public double terms(Batch batch) {
        return batch.trained();
    }

    @Override
    public OnRows on(HeadPass pass) {
        return new ByHand() {
            @Override
            public Tensor sum(Chunk c) {
                Tensor own = Ops.mul(c.ofTarget(c.logP()), 1 - epsilon);
                return c.weighed(own.add(Ops.mul(c.logP().mean(-1), epsilon))).neg();
            }

            @Override
            public Tensor gradient(Chunk c) {
                Tensor p = c.takeLogP().exp_();
                Tensor own = torch.full_like(p.narrow(1, 0, 1), new Scalar(epsilon - 1));
                return p.scatter_add_(1, c.target().unsqueeze(1), own).sub_(new Scalar(epsilon / p.size(1)));
            }
        };
    }
}
