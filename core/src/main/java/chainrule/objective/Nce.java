package chainrule.objective;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Label and recent tokens as a yes-or-no question each: the label's logit should be above 0, those of the tokens just
 * before below, in the form of noise-contrastive estimation with these as the noise (Gutmann and Hyvärinen,
 * "Noise-contrastive estimation", 2010; a baseline of Jiang et al., "A Simple Contrastive Learning Objective for
 * Alleviating Neural Text Degeneration", 2022). It is used beside {@link NextToken}.
 *
 * <pre>ℓ[t] = −log σ(z[t][y[t]]) − 1/|N[t]| Σ_{n ∈ N[t]} log σ(−z[t][n])</pre>
 *
 * <p>N is {@link ContrastiveToken}'s band, over all of the text; without negatives the second part is 0. The mean is over
 * the trained rows, where the authors' code sums padded ones as well.
 *
 * @param window how far back negatives reach, in tokens or as a part of the text; 60 of 512 tokens in the paper
 */
public record Nce(Length window) implements RowLoss {
    /** An eighth of the text. */
    public Nce() {
        this(new Length.Fraction(0.125));
    }

    @Override
    public double terms(Batch batch) {
        return batch.trained();
    }

    @Override
    public OnRows on(HeadPass pass) {
        Batch batch = pass.batch();
        Earlier earlier = Earlier.each(batch, window.of((int) batch.targets().size(1)));
        return c -> {
            Earlier.Candidates negatives = earlier.of(c);
            Tensor label = torch.log_sigmoid(c.ofTarget(c.logits()));
            Tensor each =
                    torch.log_sigmoid(Chunk.pick(c.logits(), negatives.idsCM()).neg());
            Tensor count = negatives.hereCM().sum(1).clamp_min(new Scalar(1));
            Tensor mean =
                    torch.where(negatives.hereCM(), each, new Scalar(0)).sum(1).div(count);
            return c.weighed(label.add(mean)).neg();
        };
    }
}
