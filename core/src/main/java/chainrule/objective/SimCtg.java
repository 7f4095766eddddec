package chainrule.objective;

import chainrule.model.Step;
import chainrule.tensor.Ops;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The vectors of a text's tokens are pushed apart until no two have a cosine above 1 − ρ, so that contrastive search can
 * tell them apart (Su et al., "A Contrastive Framework for Neural Text Generation", 2022). It is used beside {@link
 * NextToken}, as in {@code next-token + sim-ctg}. A model whose vectors are spread already does not need it (Su and
 * Collier, "Contrastive Search Is What You Need For Neural Text Generation", 2023).
 *
 * <pre>mean over i ≠ j of one text: max(0, ρ − s(h[i], h[i]) + s(h[i], h[j])),    s the cosine</pre>
 *
 * <p>h are the head's inputs, after the final norm. Pairs count whose predictions are both trained; the mean is over all
 * pairs of a step. ρ = 0 is training without this loss.
 *
 * <p>Legend: B texts, T tokens, D width.
 *
 * @param rho ρ from 0 to 1; 0.5 in the paper
 */
public record SimCtg(double rho) implements StepLoss {
    /** Shorter vectors count as zero. */
    private static final double SHORTEST = 1e-12;

    public SimCtg {
        if (!(rho >= 0 && rho <= 1)) {
            throw new IllegalArgumentException("rho " + rho + ": a number from 0 to 1 is needed");
        }
    }

    /** With 0.5. */
    public SimCtg() {
        this(0.5);
    }

    /** Ordered pairs. */
    @Override
    public double terms(Batch batch) {
        float[] counts = Ops.floats(batch.mask().ne(new Scalar(0)).sum(1));
        double pairs = 0;
        for (float n : counts) {
            pairs += (double) n * (n - 1);
        }
        return pairs;
    }

    @Override
    public Tensor sum(Step step, Batch batch) {
        Tensor mask = batch.mask().ne(new Scalar(0));
        Tensor h = step.hidden().unflatten(0, mask.size(0), mask.size(1));
        Tensor wide = h.element_size() < Float.BYTES ? h.to(ScalarType.Float) : h;
        Tensor length = wide.norm(new ScalarOptional(new Scalar(2)), new long[] {2}, true);
        Tensor unitBTD = wide.div(length.clamp_min(new Scalar(SHORTEST)));
        Tensor cosineBTT = unitBTD.bmm(unitBTD.transpose(1, 2));
        Tensor own = unitBTD.square().sum(2).unsqueeze(2);
        Tensor pairsBTT = mask.unsqueeze(2).logical_and(mask.unsqueeze(1)).to(wide.scalar_type());
        pairsBTT.diagonal(0, 1, 2).zero_();
        return cosineBTT
                .sub(own)
                .add(new Scalar(rho))
                .relu()
                .mul(pairsBTT)
                .to(ScalarType.Double)
                .sum();
    }
}
