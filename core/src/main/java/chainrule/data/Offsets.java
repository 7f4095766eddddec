package chainrule.data;

import java.util.Arrays;
import java.util.stream.LongStream;

/** Lengths laid end to end: where each begins, and which of them holds a position. */
record Offsets(long[] starts) {
    static Offsets of(LongStream lengths) {
        long[] each = LongStream.concat(LongStream.of(0), lengths).toArray();
        Arrays.parallelPrefix(each, Long::sum);
        return new Offsets(each);
    }

    long total() {
        return starts[starts.length - 1];
    }

    long start(int i) {
        return starts[i];
    }

    /** The one that holds {@code position}, which is below {@link #total}; those of length 0 hold none. */
    int holding(long position) {
        int found = Arrays.binarySearch(starts, position);
        int i = found >= 0 ? found : -found - 2;
        while (starts[i + 1] == position) {
            i++;
        }
        return i;
    }
}
