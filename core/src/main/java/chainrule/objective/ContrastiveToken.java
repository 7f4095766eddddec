package chainrule.objective;

import chainrule.tensor.Ops;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The label's logit should exceed those of the tokens just before it, so that a model that decodes greedily does not
 * repeat itself; all other tokens' logits are left alone (Jiang et al., "A Simple Contrastive Learning Objective for
 * Alleviating Neural Text Degeneration", 2022). It is used beside {@link NextToken}, as in {@code next-token +
 * contrastive-token}.
 *
 * <pre>
 * ℓ[t] = log(1 + Σ_{n ∈ N[t]} exp(z[t][n] − z[t][y[t]])),    N[t] = (y[t−M] … y[t−1]) without y[t]
 * </pre>
 *
 * <p>N counts a token as often as it occurs, and holds no label that is not trained. The loss is the mean over the trained
 * rows among the first {@code positions} of each text: in a long text tokens come back for good reason, so far ones are no
 * negatives, and {@code window} is short for the same reason. The paper takes a quarter of the text for {@code positions}
 * and half of that for M (150 and 60 of 512 tokens; 30 and 15 in dialogues). The sum is a log-sum-exp, so that no logit
 * overflows it.
 *
 * @param positions of each text, in tokens or as a part of T
 * @param window M, in tokens or as a part of {@code positions}
 */
public record ContrastiveToken(Length positions, Length window) implements RowLoss {
    /** A quarter of the text, and half of that. */
    public ContrastiveToken() {
        this(new Length.Fraction(0.25), new Length.Fraction(0.5));
    }

    private int cropped(Batch batch) {
        int length = (int) batch.targets().size(1);
        return Math.min(length, positions.of(length));
    }

    @Override
    public double terms(Batch batch) {
        return batch.first(cropped(batch)).trained();
    }

    @Override
    public OnRows on(HeadPass pass) {
        int cropped = cropped(pass.batch());
        Earlier earlier = Earlier.each(pass.batch(), window.of(cropped));
        return c -> {
            Earlier.Candidates negatives = earlier.of(c);
            Tensor z = Chunk.pick(c.logits(), Ops.cat(List.of(c.target().unsqueeze(1), negatives.idsCM()), 1));
            Tensor label = z.narrow(1, 0, 1);
            Tensor above = z.narrow(1, 1, z.size(1) - 1)
                    .sub(label)
                    .masked_fill(negatives.hereCM().logical_not(), new Scalar(Double.NEGATIVE_INFINITY));
            Tensor loss = Ops.cat(List.of(torch.zeros_like(label), above), 1).logsumexp(1);
            return c.weighed(loss.mul(earlier.places(c).lt(new Scalar(cropped))));
        };
    }
}
