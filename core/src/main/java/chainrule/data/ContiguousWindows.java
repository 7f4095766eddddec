package chainrule.data;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** The windows of {@link Packing.Contiguous}. */
final class ContiguousWindows implements Windows {
    private final TokenFile file;
    private final List<Selection.Stretch> stretches;
    private final Offsets offsets;
    private final int length;

    ContiguousWindows(Selection selection, int length) {
        this.file = selection.file();
        this.stretches = selection.stretches();
        this.offsets = Offsets.of(stretches.stream().mapToLong(Selection.Stretch::length));
        this.length = length;
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public long count() {
        return Packing.count(offsets.total(), length);
    }

    @Override
    public int read(long i, int[] row) {
        long start = Objects.checkIndex(i, count()) * length;
        int ids = (int) Math.min(length + 1L, offsets.total() - start);
        int at = 0;
        for (int s = offsets.holding(start); at < ids; s++) {
            Selection.Stretch stretch = stretches.get(s);
            long skipped = start + at - offsets.start(s);
            int here = (int) Math.min(ids - at, stretch.length() - skipped);
            file.read(stretch.start() + skipped, row, at, here);
            at += here;
        }
        Arrays.fill(row, ids, row.length, 0);
        return ids;
    }
}
