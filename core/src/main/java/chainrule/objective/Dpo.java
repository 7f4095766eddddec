package chainrule.objective;

import chainrule.model.Net;
import chainrule.model.Tap;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Direct preference optimisation: of two answers the chosen one is to gain more probability over a reference model than
 * the rejected one, which is what the best policy under a learned reward would do, without learning a reward. Rafailov et
 * al., "Direct Preference Optimization: Your Language Model is Secretly a Reward Model", NeurIPS 2023.
 *
 * <p>With the margin m = β((log p(c) − log r(c)) − (log p(j) − log r(j))) of the chosen answer c and the rejected one j
 * under the policy p and the reference r, the loss of a pair is −(1−ε) log σ(m) − ε log σ(−m), and its mean over pairs is
 * minimised; ε above 0 is for labels that are wrong at that rate (Mitchell, "A note on DPO with noisy preferences", 2023).
 * An answer's log-probability is the sum over its trained tokens. The paper takes β = 0.1, and 0.5 for summaries; at 0 nothing
 * is learned, and large values keep the policy near the reference.
 *
 * <p>A batch's rows 2i and 2i+1 are the two answers of pair i; its {@link Batch#reference} has log r of each. Since the
 * gradient of a pair is that of its two log-probabilities times a number, they are found first, in a pass over the logits
 * without a graph.
 *
 * @param beta β, above 0
 * @param smoothing ε, from 0 to below a half
 */
public record Dpo(double beta, double smoothing) implements RowLoss {
    public Dpo {
        if (!(beta > 0 && Double.isFinite(beta)) || !(smoothing >= 0 && smoothing < 0.5)) {
            throw new IllegalArgumentException(
                    "beta " + beta + " and smoothing " + smoothing + ": above 0, and from 0 to below 0.5");
        }
    }

    /** β = 0.1, no smoothing. */
    public Dpo() {
        this(0.1, 0);
    }

    /** The number of pairs. */
    @Override
    public double terms(Batch batch) {
        return batch.targets().size(0) / 2.0;
    }

    @Override
    public OnRows on(HeadPass pass) {
        Batch batch = pass.batch();
        Tensor reference = batch.reference()
                .orElseThrow(() -> new IllegalArgumentException(
                        "dpo needs pairs of answers with a reference model's log-probabilities"));
        Tensor margin = margin(logP(pass).sub(reference));
        Tensor counts = batch.mask()
                .to(ScalarType.Double)
                .sum(1)
                .unflatten(0, margin.numel(), 2)
                .sum(1);
        Tensor values = loss(margin).div(counts.clamp_min(new Scalar(1))).repeat_interleave(2);
        Tensor slopes =
                Ops.stack(List.of(slope(margin), slope(margin).neg()), 1).flatten();
        long length = batch.targets().size(1);
        return new ByHand() {
            @Override
            public Tensor sum(Chunk c) {
                return c.weighed(values.index_select(0, text(c, length)));
            }

            @Override
            public Tensor gradient(Chunk c) {
                Tensor minusP = c.takeLogP().exp_().neg_();
                Tensor one = torch.ones_like(minusP.narrow(1, 0, 1));
                Tensor slope = slopes.index_select(0, text(c, length)).unsqueeze(1);
                return minusP.scatter_add_(1, c.target().unsqueeze(1), one).mul_(slope.to(minusP.scalar_type()));
            }
        };
    }

    /** Σ log p of each text's trained tokens under a net, without a graph: float64 [B] in the open scope. */
    public static Tensor logP(Net net, Batch batch) {
        try (var scope = new Scope();
                var _ = new NoGradGuard()) {
            var lm = OnePass.languageModel(net, new Dpo());
            return scope.keep(logP(new HeadPass(lm, lm.forward(batch.input(), Tap.NONE), batch, new Dpo().chunk())));
        }
    }

    private static Tensor logP(HeadPass pass) {
        Tensor targets = pass.batch().targets();
        Tensor logP = Ops.zeros(ScalarType.Double, targets.size(0));
        pass.each(c -> logP.index_add_(
                0,
                text(c, targets.size(1)),
                c.ofTarget(c.logP()).mul(c.weight()).to(ScalarType.Double)));
        return logP;
    }

    /** The text of each row: int64 [C]. */
    private static Tensor text(Chunk c, long length) {
        return c.at().floor_divide(new Scalar(length));
    }

    /** m: [B/2], from what the policy has gained over the reference: [B]. */
    Tensor margin(Tensor gainB) {
        Tensor pairs = gainB.unflatten(0, gainB.size(0) / 2, 2);
        return Ops.mul(pairs.select(1, 0).sub(pairs.select(1, 1)), beta);
    }

    Tensor loss(Tensor margin) {
        Tensor right = Ops.mul(torch.log_sigmoid(margin), smoothing - 1);
        return right.sub(Ops.mul(torch.log_sigmoid(margin.neg()), smoothing));
    }

    /** ∂loss / ∂(log p of the chosen answer). */
    Tensor slope(Tensor margin) {
        Tensor right = Ops.mul(torch.sigmoid(margin.neg()), smoothing - 1);
        return Ops.mul(right.add(Ops.mul(torch.sigmoid(margin), smoothing)), beta);
    }
}
