package chainrule.objective;

import org.bytedeco.pytorch.Tensor;

/**
 * What one batch contributes to an objective.
 *
 * @param total Σ weight · sum / terms over the means: a float64 scalar in the graph
 * @param sums of each mean's own terms, not divided, in the order of the means
 */
public record Loss(Tensor total, double[] sums) {}
