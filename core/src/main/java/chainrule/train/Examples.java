package chainrule.train;

import chainrule.objective.Batch;

/**
 * Rows to train on in an endless order that goes through all of them once per epoch. What stands at a position is a
 * function of the position and nothing else, so that a resumed run reads on where it stopped.
 */
public interface Examples {
    /** The number of rows, which is the length of an epoch. */
    long rows();

    /** The rows at {@code from} to {@code from + count - 1}, made in the open scope. */
    Batch batch(long from, int count);

    /** What these rows are, so that a resumed run can tell whether they are still the same. */
    String description();
}
