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
        Selection.Stretch window = window(i);
        selection.file().read(window.start(), row, 0, (int) window.length());
        Arrays.fill(row, (int) window.length(), row.length, 0);
        return (int) window.length();
    }

    @Override
    public void mask(long i, int ids, boolean[] trained) {
        long start = window(i).start();
        for (int t = 0; t < ids - 1; t++) {
            trained[t] = selection.file().trained(start + t + 1);
        }
    }

    private Selection.Stretch window(long i) {
        int number = offsets.holding(Objects.checkIndex(i, count()));
        Selection.Stretch document = selection.document(number);
        long start = document.start() + (i - offsets.start(number)) * length;
        return new Selection.Stretch(start, Math.min(start + length + 1L, document.end()));
    }
}
