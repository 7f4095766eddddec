package chainrule.objective.distil;

import chainrule.tensor.Ops;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Between the two directions of KL, and never above log 2 where β is a half (Agarwal et al., "On-Policy Distillation of
 * Language Models: Learning from Self-Generated Mistakes", 2024, called GKD).
 *
 * <pre>
 * β KL(p ‖ m) + (1 − β) KL(q ‖ m),    m = β p + (1 − β) q
 * </pre>
 *
 * <p>p is the teacher's, q the student's. Divided by β it tends to KL(p ‖ q) as β goes to 0, divided by 1 − β to KL(q ‖ p)
 * as β goes to 1: libraries that take 0 and 1 mean {@link ForwardKl} and {@link ReverseKl} by them. The paper tries 0.1, 0.5
 * and 0.9, on a mix of given texts and of the student's own.
 *
 * @param beta β above 0 and below 1
 * @param temperature τ
 */
public record JensenShannon(double beta, double temperature) implements Divergence {
    public JensenShannon {
        if (!(beta > 0 && beta < 1)) {
            throw new IllegalArgumentException("beta " + beta
                    + ": a number above 0 and below 1 is needed; for the ends take forward-kl and reverse-kl");
        }
        Divergence.checkTemperature(temperature);
    }

    /** With β a half, at temperature 1. */
    public JensenShannon() {
        this(0.5, 1);
    }

    @Override
    public OnRows on(Whole batch) {
        return (_, rows) -> {
            Tensor logP = rows.teacher().log();
            Tensor logQ = rows.student().log();
            Tensor logM = logP.add(new Scalar(Math.log(beta))).logaddexp(logQ.add(new Scalar(Math.log1p(-beta))));
            return Ops.mul(Compared.kl(logP, logM), beta).add(Ops.mul(Compared.kl(logQ, logM), 1 - beta));
        };
    }
}
