package chainrule.data;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.LongStream;

/**
 * The rows that a {@link Packing} makes of documents, by number: window i is the same whenever it is read. Every target
 * is in exactly one window.
 */
public interface Windows {
    /** T: the inputs of a full row, one fewer than its ids. */
    int length();

    long count();

    /** Fills {@code row} [T+1] with window {@code i}, zeros after its end, and returns the number of its ids, 2 or more. */
    int read(long i, int[] row);

    /**
     * Says which targets of window {@code i} are trained: the id at {@code t+1} where {@code trained[t]}. All are, unless
     * documents say otherwise.
     *
     * @param ids the number of the window's ids
     * @param trained [T], all false
     */
    default void mask(long i, int ids, boolean[] trained) {
        Arrays.fill(trained, 0, ids - 1, true);
    }

    /** The windows of these numbers. */
    default Rows rows(long[] numbers) {
        return Rows.of(this, numbers);
    }

    /** The windows {@code from} to {@code to} - 1, which count from 0. */
    default Windows slice(long from, long to) {
        Objects.checkFromToIndex(from, to, count());
        Windows all = this;
        return new Windows() {
            @Override
            public int length() {
                return all.length();
            }

            @Override
            public long count() {
                return to - from;
            }

            @Override
            public int read(long i, int[] row) {
                return all.read(from + Objects.checkIndex(i, count()), row);
            }

            @Override
            public void mask(long i, int ids, boolean[] trained) {
                all.mask(from + Objects.checkIndex(i, count()), ids, trained);
            }
        };
    }

    /** The windows from {@code from} on in their own order: {@code batch} of them, or as many as are left. */
    default Rows rows(long from, int batch) {
        return Rows.of(
                this, LongStream.range(from, Math.min(from + batch, count())).toArray());
    }
}
