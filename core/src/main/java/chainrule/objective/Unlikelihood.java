package chainrule.objective;

import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Tokens that have occurred before in the text become less probable, as a step against repetition (Welleck et al., "Neural
 * Text Generation with Unlikelihood Training", 2020, token-level). It is used beside {@link NextToken} with weight 1, as in
 * {@code next-token + unlikelihood}.
 *
 * <pre>ℓ[t] = −Σ_{c ∈ C[t]} log(1 − p[t][c]),    C[t] = {y[1] … y[t−1]} without y[t]</pre>
 *
 * <p>The mean is over all trained rows; a label that is not trained is no candidate. Candidates are of the row's own text:
 * the authors' code, which joins the texts of a batch before it looks back, takes tokens of the texts before as well and
 * the padding token at every position. With a window C is the band of {@link ContrastiveToken}, in which a token counts
 * as often as it occurs, as a baseline of Jiang et al. (2022) has it.
 *
 * @param window how far back candidates reach, in tokens or as a part of the text; empty: the set of all earlier labels
 * @param clamp the least value of 1 − p: 1e-5 in the authors' code
 */
public record Unlikelihood(Optional<Length> window, double clamp) implements RowLoss {
    public Unlikelihood {
        checkClamp(clamp);
    }

    /** Of the set of all earlier labels. */
    public Unlikelihood() {
        this(Optional.empty(), 1e-5);
    }

    static void checkClamp(double clamp) {
        if (!(clamp > 0 && clamp < 1)) {
            throw new IllegalArgumentException("clamp " + clamp + ": a number above 0 and below 1 is needed");
        }
    }

    @Override
    public double terms(Batch batch) {
        return batch.trained();
    }

    @Override
    public OnRows on(HeadPass pass) {
        Batch batch = pass.batch();
        int length = (int) batch.targets().size(1);
        Earlier earlier = window.map(w -> Earlier.each(batch, w.of(length))).orElseGet(() -> Earlier.set(batch));
        return c -> {
            Earlier.Candidates candidates = earlier.of(c);
            Tensor cost = ofLogP(Chunk.pick(c.logP(), candidates.idsCM()), clamp);
            return c.weighed(
                    torch.where(candidates.hereCM(), cost, new Scalar(0)).sum(1));
        };
    }

    /** −log max(1 − p, clamp) of log p, exact where p is near 1. */
    static Tensor ofLogP(Tensor logP, double clamp) {
        return logP.expm1().neg().clamp_min(new Scalar(clamp)).log().neg();
    }
}
