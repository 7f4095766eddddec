package chainrule.objective;

import chainrule.model.Net;
import org.bytedeco.pytorch.Tensor;

/**
 * What training minimises: the mean of some terms. Their sum and their number come apart, so that a step whose batch is
 * read in parts divides every part by the terms of the whole step, and gives what the whole batch gives at once.
 */
public sealed interface Objective permits NextToken, Objective.Custom {
    /**
     * Σ of the batch's terms, computed when gradients are off as well as on.
     *
     * @return a scalar in the graph; its gradient reaches {@code net}'s parameters
     * @throws IllegalArgumentException for a net that this objective cannot train
     */
    Tensor sum(Net net, Batch batch);

    /** The number of terms (or the sum of their weights), known before anything is computed. */
    double terms(Batch batch);

    /** An objective of a system's, or of a library user's own. */
    non-sealed interface Custom extends Objective {}
}
