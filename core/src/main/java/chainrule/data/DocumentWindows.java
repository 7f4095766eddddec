package chainrule.data;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.LongStream;

/** The windows of {@link Packing.OnePerRow}. */
final class DocumentWindows implements Windows {
    private final Selection selection;
    private final Offsets offsets;
    private final int length;

    DocumentWindows(Selection selection, int length) {
        this.selection = selection;
        this.length = length;
        this.offsets = Offsets.of(LongStream.range(0, selection.documents())
                .map(document -> Packing.count(selection.document(document).length(), length)));
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public long count() {
        return offsets.total();
    }

    @Override
    public int read(long i, int[] row) {
        int number = offsets.holding(Objects.checkIndex(i, count()));
        Selection.Stretch document = selection.document(number);
        long start = document.start() + (i - offsets.start(number)) * length;
        int ids = (int) Math.min(length + 1L, document.end() - start);
        selection.file().read(start, row, 0, ids);
        Arrays.fill(row, ids, row.length, 0);
        return ids;
    }
}
