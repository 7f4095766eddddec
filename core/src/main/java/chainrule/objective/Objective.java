package chainrule.objective;

import chainrule.Spec;
import chainrule.model.Net;
import chainrule.objective.distil.Term;
import java.util.List;

/** What training minimises: Σ weight · mean, over one {@link Mean} or a {@link Sum} of several. */
public sealed interface Objective extends Term permits Mean, Sum {
    /** The means that are added up, each with its weight. */
    List<Spec.Weighted<Mean>> means();

    /** The number of terms of each mean, in their order. */
    default double[] counts(Batch batch) {
        return means().stream().mapToDouble(m -> m.method().terms(batch)).toArray();
    }

    /**
     * The share that {@code batch} has in the objective of a step, from one pass of the model for all means that read
     * the batch itself. The shares of a step's batches, each divided by the terms of the whole step, add up to what one
     * batch of all their rows gives.
     *
     * @param terms of the step, one number for each mean; where a mean has none in all of the step it counts as 0
     * @throws IllegalArgumentException for a net that a member cannot train
     */
    default Loss loss(Net net, Batch batch, double... terms) {
        return OnePass.of(means(), net, batch, terms);
    }

    /**
     * The objective that a text names: {@code next-token + 0.5*contrastive-token:window=60}.
     *
     * @throws chainrule.BadInput where a name or a setting does not exist
     */
    static Objective parse(String text) {
        return Sum.of(Spec.parseSum(text, Objective.class));
    }

    /** An objective of a system's, or of a library user's own. It makes its own pass. */
    non-sealed interface Custom extends Mean {}
}
