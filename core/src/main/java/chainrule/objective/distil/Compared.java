package chainrule.objective.distil;

import chainrule.tensor.Ops;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * What a teacher and a student say of the same rows.
 *
 * <p>Legend: C rows, V vocabulary.
 *
 * @param teacher p, without a graph
 * @param student q
 * @param target g, the tokens that follow: int64 [C]
 */
public record Compared(Distribution teacher, Distribution student, Tensor target) {
    /**
     * Distributions over the vocabulary.
     *
     * @param logits z, at temperature 1: [C,V]
     * @param log of the probabilities, log softmax(z): [C,V]
     */
    public record Distribution(Tensor logits, Tensor log) {
        public static Distribution of(Tensor logits) {
            return new Distribution(logits, Ops.logSoftmax(logits, -1));
        }

        /** Those of z/τ. */
        public static Distribution of(Tensor logits, double temperature) {
            return of(temperature == 1 ? logits : Ops.mul(logits, 1 / temperature));
        }
    }

    /** With the student in the teacher's place and the teacher in the student's. */
    public Compared exchanged() {
        return new Compared(/* teacher= */ student, /* student= */ teacher, target);
    }

    /** KL(teacher ‖ student) = Σ_v p[v] (log p[v] − log q[v]) of each row: [C]. */
    public Tensor kl() {
        return kl(teacher.log, student.log);
    }

    /** KL of log-probabilities [C,·]; where p is 0 it counts as nothing, for the gradient too. */
    static Tensor kl(Tensor logP, Tensor logQ) {
        Tensor apart = logP.sub(logQ).masked_fill(logP.isneginf(), new Scalar(0));
        return logP.exp().mul(apart).sum(-1);
    }
}
