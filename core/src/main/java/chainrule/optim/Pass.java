package chainrule.optim;

import java.util.function.DoubleSupplier;

/**
 * One part of a step's loss as a function of the parameters as they are when it is asked: the parts' values add up to
 * the step's loss, and their gradients to its gradient.
 */
public interface Pass {
    /** This part of the loss, without a gradient. */
    double value();

    /** This part of the loss; its gradient is added to the parameters', and its graph is freed. */
    double backward();

    /**
     * Any number that can be computed, without a gradient: accuracy, a score of generated texts, what a judge says. For
     * optimizers that ask for values only.
     *
     * @param loss what is to fall: minus a score
     */
    static Pass of(DoubleSupplier loss) {
        return new Pass() {
            @Override
            public double value() {
                return loss.getAsDouble();
            }

            @Override
            public double backward() {
                throw new UnsupportedOperationException(
                        "this loss has no gradient: train it with an optimizer that needs none");
            }
        };
    }
}
