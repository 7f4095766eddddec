package chainrule.objective.distil;

import org.bytedeco.pytorch.Tensor;

/**
 * A measure of how far the student's distribution is from the teacher's, row by row. Both are softmax(z/τ), in float32 at
 * least; there is no factor τ² for the gradient that a temperature τ makes smaller.
 */
public sealed interface Divergence extends Term
        permits ForwardKl, ReverseKl, JensenShannon, TotalVariation, Decoupled, Atkd, Divergence.Custom {
    /** The open door for measures of systems and of library users. */
    non-sealed interface Custom extends Divergence {}

    /** τ. */
    double temperature();

    /** Looks at the batch once, before its rows come in chunks. */
    OnRows on(Whole batch);

    /** The measure on one batch's rows. */
    @FunctionalInterface
    interface OnRows {
        /**
         * Of each row: [C], in the student's graph.
         *
         * @param at the rows' numbers in the batch: int64 [C]
         */
        Tensor each(Tensor at, Compared rows);
    }

    /** What is known of all rows of a batch without the student. */
    interface Whole {
        /** The rows' weights: float32 [R], 0 where a row is not trained. */
        Tensor weight();

        /** UNC = 1 − p[g] of the teacher: float32 [R], 0 where a row is not trained. */
        Tensor uncertainty();
    }

    /** @throws IllegalArgumentException where τ is no positive number */
    static void checkTemperature(double temperature) {
        if (!(temperature > 0 && Double.isFinite(temperature))) {
            throw new IllegalArgumentException("temperature " + temperature + ": a number above 0 is needed");
        }
    }
}
