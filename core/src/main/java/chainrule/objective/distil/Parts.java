package chainrule.objective.distil;

import chainrule.tensor.Ops;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * KL(p ‖ q) in two parts, for the target g (Zhao et al., "Decoupled Knowledge Distillation", 2022, and Zhong et al.,
 * "Revisiting Knowledge Distillation for Autoregressive Language Models", 2024):
 *
 * <pre>
 * KL(p ‖ q) = TKD + UNC · DKD
 * TKD = p[g] log(p[g]/q[g]) + (1 − p[g]) log((1 − p[g])/(1 − q[g]))      is the target the next token, or not
 * DKD = KL(p̂ ‖ q̂),  p̂[v] = p[v]/(1 − p[g]) for v ≠ g                    which it is, if it is not the target
 * UNC = 1 − p[g]
 * </pre>
 *
 * <p>The target is taken out of the softmax for DKD, so that DKD gives its logit no gradient at all; of two tokens DKD is
 * 0. The logarithm of 1 − p[g] is that of the sum of the others where p[g] is large, and log1p(−p[g]) where it is small.
 *
 * @param target TKD: [C]
 * @param diversity DKD: [C]
 * @param uncertainty UNC: [C]
 */
public record Parts(Tensor target, Tensor diversity, Tensor uncertainty) {
    /** With the teacher's p and the student's q; {@link Compared#exchanged} gives the parts of KL(q ‖ p). */
    public static Parts of(Compared rows) {
        Split p = Split.of(rows.teacher(), rows.target());
        Split q = Split.of(rows.student(), rows.target());
        return new Parts(
                Compared.kl(p.binary(), q.binary()),
                Compared.kl(Ops.logSoftmax(p.others, -1), Ops.logSoftmax(q.others, -1)),
                p.rest.exp());
    }

    /** UNC alone: [C]. */
    public static Tensor uncertainty(Compared.Distribution p, Tensor target) {
        return Split.of(p, target).rest.exp();
    }

    /**
     * A distribution by its target.
     *
     * @param own log p[g]: [C]
     * @param rest log(1 − p[g]): [C]
     * @param others the logits, −∞ at the target: [C,V]
     */
    private record Split(Tensor own, Tensor rest, Tensor others) {
        private static final double LOG_HALF = -Math.log(2);

        static Split of(Compared.Distribution p, Tensor target) {
            Tensor at = target.unsqueeze(1);
            Tensor own = p.log().gather(1, at).squeeze(1);
            Tensor others = p.logits().scatter(1, at, new Scalar(Double.NEGATIVE_INFINITY));
            Tensor all = p.logits().gather(1, at).squeeze(1).sub(own);
            Tensor small = own.clamp_max(new Scalar(LOG_HALF)).exp().neg().log1p();
            Tensor large = others.logsumexp(-1).sub(all);
            return new Split(own, torch.where(own.lt(new Scalar(LOG_HALF)), small, large), others);
        }

        Tensor binary() {
            return Ops.stack(List.of(own, rest), 1);
        }
    }
}
