package chainrule.data;

import chainrule.BadInput;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/**
 * The order of training. Rows are counted through all steps, epochs and ranks: step s of rank r of n with B rows a step
 * has the rows (s·n + r)·B to (s·n + r)·B + B - 1. Row g is window {@code g mod count} of a {@link Permutation} that the
 * seed and the epoch {@code g / count} give. So each window comes once an epoch, the ranks share them out, and a step
 * needs nothing but its number: a resumed run goes on where it was.
 *
 * @param ranks how many processes train together, each with other rows
 */
public record Batches(Windows windows, long seed, int rank, int ranks) {
    /** @throws BadInput where there is no window */
    public Batches {
        if (windows.count() == 0) {
            throw new BadInput("There is nothing to train on: the corpus has fewer than two tokens.");
        }
        if (rank < 0 || rank >= ranks) {
            throw new BadInput("There is no rank " + rank + " among " + ranks + ": ranks are numbered from 0.");
        }
    }

    /** For a single process. */
    public Batches(Windows windows, long seed) {
        this(windows, seed, 0, 1);
    }

    /** The {@code batch} rows of step {@code step}, counted from 0. */
    public Rows rows(long step, int batch) {
        return Rows.of(windows, numbers(step, batch));
    }

    /** The windows that those rows are. */
    public long[] numbers(long step, int batch) {
        long first = Math.multiplyExact(Math.multiplyExact(step, (long) ranks) + rank, (long) batch);
        return LongStream.range(first, first + batch).map(this::window).toArray();
    }

    /** The epochs that are over when step {@code step} begins, as a fraction. */
    public double epoch(long step, int batch) {
        return (double) step * ranks * batch / windows.count();
    }

    /** The number of steps after which an epoch is over. */
    public long stepsPerEpoch(int batch) {
        return Math.ceilDiv(windows.count(), (long) batch * ranks);
    }

    private long window(long row) {
        long epoch = row / windows.count();
        long ofEpoch = new SplittableRandom(seed).nextLong() + epoch;
        return new Permutation(windows.count(), ofEpoch).at(row % windows.count());
    }
}
