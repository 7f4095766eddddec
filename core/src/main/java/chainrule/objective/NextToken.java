package chainrule.objective;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Cross-entropy of the next token, −Σ m[r] log softmax(z[r])[y[r]] over the rows r of a batch, with the softmax in
 * float32 (in float64 for a model in float64). Maximum likelihood under p(x) = Π p(x[t] | x[&lt;t]). Its gradient is made
 * by hand: ∂/∂z[r] = m[r] (softmax(z[r]) − onehot(y[r])).
 *
 * @param chunk the rows whose logits exist at one time
 */
public record NextToken(int chunk) implements RowLoss {
    public NextToken {
        if (chunk < 1) {
            throw new IllegalArgumentException("a chunk of " + chunk + " rows: at least 1 is needed");
        }
    }

    /** In chunks of 512 rows. */
    public NextToken() {
        this(512);
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
                return c.weighed(c.ofTarget(c.logP())).neg();
            }

            @Override
            public Tensor gradient(Chunk c) {
                Tensor p = c.takeLogP().exp_();
                Tensor minus = torch.full_like(p.narrow(1, 0, 1), new Scalar(-1));
                return p.scatter_add_(1, c.target().unsqueeze(1), minus);
            }
        };
    }
}
