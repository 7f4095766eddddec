package chainrule.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Some documents of a token file in their order there: those that are named, or all but those. */
public final class Selection {
    /** The ids from position {@code start} to {@code end} - 1. */
    record Stretch(long start, long end) {
        long length() {
            return end - start;
        }
    }

    private final TokenFile file;
    private final long[] named;
    private final boolean without;

    private Selection(TokenFile file, long[] named, boolean without) {
        this.file = file;
        this.named = Arrays.stream(named).sorted().distinct().toArray();
        this.without = without;
        for (long document : named) {
            Objects.checkIndex(document, file.documents());
        }
    }

    public static Selection all(TokenFile file) {
        return without(file);
    }

    public static Selection only(TokenFile file, long... documents) {
        return new Selection(file, documents, false);
    }

    public static Selection without(TokenFile file, long... documents) {
        return new Selection(file, documents, true);
    }

    TokenFile file() {
        return file;
    }

    long documents() {
        return without ? file.documents() - named.length : named.length;
    }

    /** The {@code i}-th document. */
    Stretch document(long i) {
        long number = without ? i + namedBefore(i) : named[(int) i];
        return new Stretch(file.start(number), file.end(number));
    }

    /** The ids as stretches of the file. */
    List<Stretch> stretches() {
        List<Stretch> stretches = new ArrayList<>();
        long position = 0;
        for (long document : named) {
            stretches.add(
                    without
                            ? new Stretch(position, file.start(document))
                            : new Stretch(file.start(document), file.end(document)));
            position = file.end(document);
        }
        if (without) {
            stretches.add(new Stretch(position, file.tokens()));
        }
        stretches.removeIf(stretch -> stretch.length() == 0);
        return stretches;
    }

    /** How many of the named documents stand before the {@code i}-th of the others. */
    private int namedBefore(long i) {
        int low = 0;
        int high = named.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (named[middle] - middle <= i) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
