package chainrule.objective;

import chainrule.Spec;
import chainrule.model.Net;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * The mean of some terms. Their sum and their number come apart, so that a step whose batch is read in parts divides
 * every part by the terms of the whole step, and gives what the whole batch gives at once.
 */
public sealed interface Mean extends Objective permits RowLoss, StepLoss, SequenceUnlikelihood, Objective.Custom {
    /** The number of terms (or the sum of their weights), known before anything is computed. */
    double terms(Batch batch);

    /**
     * Σ of the batch's terms, computed when gradients are off as well as on.
     *
     * @return a float64 scalar in the graph, whose gradient reaches {@code net}'s parameters; outside of it where no term
     *     depends on them
     * @throws IllegalArgumentException for a net that this objective cannot train
     */
    Tensor sum(Net net, Batch batch);

    /** As logs call it. */
    default String name() {
        return this instanceof Record r
                ? Spec.format(r).split(":", 2)[0]
                : getClass().getSimpleName();
    }

    @Override
    default List<Spec.Weighted<Mean>> means() {
        return List.of(new Spec.Weighted<>(1, this));
    }
}
