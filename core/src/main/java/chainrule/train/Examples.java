package chainrule.train;

import chainrule.data.Batches;
import chainrule.data.Windows;
import chainrule.objective.Batch;

/** Rows to train or to measure on. A batch is a function of its number, so that a resumed run reads on where it stopped. */
public interface Examples {
    /** The number of rows: when so many have been read, an epoch is over. */
    long rows();

    /**
     * The batch of {@code rows} rows with that number, counted from 0, made in the open scope. To train on there is one for
     * every number; to measure on, as many as hold all rows once, of which the last may be smaller.
     */
    Batch batch(long number, int rows);

    /** What these rows are, so that a resumed run can tell whether they are still the same. */
    String description();

    /** The order of training. */
    static Examples of(Batches batches) {
        return new Packed(batches.windows(), (number, rows) -> batches.rows(number, rows), "seed " + batches.seed());
    }

    /** Every window once, in their own order. */
    static Examples of(Windows windows) {
        return new Packed(windows, (number, rows) -> windows.rows(number * rows, rows), "in order");
    }
}
