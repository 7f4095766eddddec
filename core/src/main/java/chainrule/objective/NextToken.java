package chainrule.objective;

import chainrule.model.CausalLM;
import chainrule.model.Net;
import chainrule.model.Step;
import chainrule.model.Tap;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Cross-entropy of the next token, −Σ m[r] log softmax(z[r])[y[r]] over the rows r of a batch, with the softmax in
 * float32 (in float64 for a model in float64). Maximum likelihood under p(x) = Π p(x[t] | x[&lt;t]).
 *
 * <p>The logits z = h Wᵀ of a whole batch would be the largest tensor of a small model. So they are made for a chunk of
 * rows at a time, and with them the gradient by hand: ∂/∂z[r] = m[r] (softmax(z[r]) − onehot(y[r])), from which come
 * ∂/∂h and ∂/∂W. The graph sees only h·(∂/∂h) + W·(∂/∂W), whose derivatives are just these, with the value put in its
 * place. Rows that are not trained are left out. A model without {@link CausalLM#headWeight} is differentiated by
 * libtorch.
 *
 * <p>Legend: R rows (trained tokens), C rows of a chunk, D width, V vocabulary.
 *
 * @param chunk C, the rows whose logits exist at one time
 */
public record NextToken(int chunk) implements Objective {
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
    public Tensor sum(Net net, Batch batch) {
        if (!(net instanceof CausalLM lm)) {
            throw new IllegalArgumentException(
                    "the next token's loss needs a language model that factorises over tokens");
        }
        Step step = lm.forward(batch.input(), Tap.NONE);
        Tensor target = batch.targets().flatten();
        Tensor mask = batch.mask().flatten();
        return lm.headWeight()
                .map(w -> chunked(Rows.trained(step.hidden(), target, mask), w))
                .orElseGet(() -> plain(step, target, mask));
    }

    private Tensor plain(Step step, Tensor target, Tensor mask) {
        Tensor sum = Ops.zeros(ScalarType.Double);
        for (int from = 0; from < step.rows(); from += chunk) {
            int to = Math.min(from + chunk, step.rows());
            Tensor logP = Ops.logSoftmax(step.logits(from, to), -1);
            sum = sum.sub(picked(logP, Ops.slice(target, 0, from, to), Ops.slice(mask, 0, from, to)));
        }
        return sum;
    }

    private Tensor chunked(Rows rows, Tensor wVD) {
        boolean gradient = rows.hRD.requires_grad() || wVD.requires_grad();
        Tensor value = Ops.zeros(ScalarType.Double);
        Tensor gRD;
        Tensor gVD;
        try (var _ = new NoGradGuard()) {
            gRD = torch.empty_like(rows.hRD);
            gVD = gradient ? torch.zeros_like(wVD) : wVD;
            Tensor w = wVD.detach().to(rows.hRD.scalar_type());
            long count = rows.hRD.size(0);
            for (long from = 0; from < count; from += chunk) {
                try (var _ = new Scope()) {
                    Rows part = rows.slice(from, Math.min(from + chunk, count));
                    Tensor logP = Ops.logSoftmax(wide(torch.linear(part.hRD, w)), -1);
                    value.sub_(picked(logP, part.target, part.mask));
                    if (gradient) {
                        part.differentiate(logP, w, gRD.narrow(0, from, part.hRD.size(0)), gVD);
                    }
                }
            }
        }
        return gradient ? Injected.gradients(value, rows.hRD, gRD, wVD, gVD) : value;
    }

    /** At least float32. */
    private static Tensor wide(Tensor logits) {
        return logits.element_size() < Float.BYTES ? logits.to(ScalarType.Float) : logits;
    }

    /** Σ m[c] log p[c, y[c]], float64. */
    private static Tensor picked(Tensor logPCV, Tensor target, Tensor mask) {
        return logPCV.gather(1, target.unsqueeze(1))
                .squeeze(1)
                .mul(mask)
                .to(ScalarType.Double)
                .sum();
    }

    /** Head inputs [R,D], targets [R] and weights [R]. */
    private record Rows(Tensor hRD, Tensor target, Tensor mask) {
        static Rows trained(Tensor h, Tensor target, Tensor mask) {
            Tensor at = mask.nonzero().flatten();
            if (at.numel() == mask.numel()) {
                return new Rows(h, target, mask);
            }
            return new Rows(h.index_select(0, at), target.index_select(0, at), mask.index_select(0, at));
        }

        Rows slice(long from, long to) {
            return new Rows(
                    Ops.slice(hRD.detach(), 0, from, to), Ops.slice(target, 0, from, to), Ops.slice(mask, 0, from, to));
        }

        /** Puts ∂/∂h into {@code gCD} and adds ∂/∂W to {@code gVD}; {@code logP}'s memory is used up. */
        void differentiate(Tensor logPCV, Tensor wVD, Tensor gCD, Tensor gVD) {
            Tensor minus = torch.full_like(logPCV.narrow(1, 0, 1), new Scalar(-1));
            Tensor gCV =
                    logPCV.exp_().scatter_add_(1, target.unsqueeze(1), minus).to(wVD.scalar_type());
            Tensor weight = mask.unsqueeze(1).to(wVD.scalar_type());
            gCD.copy_(torch.matmul(gCV, wVD).mul_(weight));
            gVD.add_(torch.matmul(gCV.t(), hRD.mul(weight)));
        }
    }
}
