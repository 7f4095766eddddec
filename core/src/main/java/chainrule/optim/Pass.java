package chainrule.optim;

/**
 * One part of a step's loss as a function of the parameters as they are when it is asked: the parts' values add up to
 * the step's loss, and their gradients to its gradient.
 */
public interface Pass {
    /** This part of the loss, without a gradient. */
    double value();

    /** This part of the loss; its gradient is added to the parameters', and its graph is freed. */
    double backward();
}
