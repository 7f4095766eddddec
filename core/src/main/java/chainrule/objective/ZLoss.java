package chainrule.objective;

import chainrule.tensor.Ops;
import org.bytedeco.pytorch.Tensor;

/**
 * Keeps the softmax's normaliser near 1, so that logits do not drift where low precision rounds them: c · (log Σ_v
 * exp(z[v]))², the mean over the trained rows (Chowdhery et al., "PaLM: Scaling Language Modeling with Pathways", 2022,
 * section 5). It is used beside {@link NextToken}, as in {@code next-token + z-loss}.
 *
 * @param coefficient c; 1e-4 in the paper
 */
public record ZLoss(double coefficient) implements RowLoss {
    public ZLoss {
        if (!(coefficient > 0 && Double.isFinite(coefficient))) {
            throw new IllegalArgumentException("coefficient " + coefficient + ": a number above 0 is needed");
        }
    }

    /** With 1e-4. */
    public ZLoss() {
        this(1e-4);
    }

    @Override
    public double terms(Batch batch) {
        return batch.trained();
    }

    @Override
    public OnRows on(HeadPass pass) {
        return c -> {
            Tensor z = c.logits().logsumexp(-1);
            return Ops.mul(c.weighed(z.mul(z)), coefficient);
        };
    }
}
