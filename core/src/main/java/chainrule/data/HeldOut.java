package chainrule.data;

import chainrule.BadInput;
import java.util.stream.LongStream;

/**
 * What of a token file is kept from training, to measure on. A share below 1 is a fraction, rounded to at least one; from
 * 1 on it is a number of documents or windows.
 */
public sealed interface HeldOut {
    /** Training and held-out windows; no target is in both. */
    record Split(Windows training, Windows heldOut) {}

    /** @throws BadInput where nothing would be left to train on */
    Split split(TokenFile file, Packing packing);

    /** Nothing is held out. */
    record None() implements HeldOut {
        @Override
        public Split split(TokenFile file, Packing packing) {
            Windows all = packing.windows(Selection.all(file));
            return new Split(all, all.slice(0, 0));
        }
    }

    /** Documents drawn by {@code seed}: the honest choice where a corpus has many. */
    record Documents(double share, long seed) implements HeldOut {
        public Documents {
            check(share);
        }

        @Override
        public Split split(TokenFile file, Packing packing) {
            long count = count(share, file.documents(), file, "documents");
            var order = new Permutation(file.documents(), seed);
            long[] drawn = LongStream.range(0, count).map(order::at).toArray();
            return new Split(
                    packing.windows(Selection.without(file, drawn)), packing.windows(Selection.only(file, drawn)));
        }
    }

    /** The last windows: for a corpus of one or few documents. */
    record LastWindows(double share) implements HeldOut {
        public LastWindows {
            check(share);
        }

        @Override
        public Split split(TokenFile file, Packing packing) {
            Windows all = packing.windows(Selection.all(file));
            long training = all.count() - count(share, all.count(), file, "windows");
            return new Split(all.slice(0, training), all.slice(training, all.count()));
        }
    }

    private static void check(double share) {
        if (!(share > 0 && share < 1L << 31)) {
            throw new BadInput("A share of " + share + " cannot be held out: name a fraction below 1 or a number.");
        }
    }

    private static long count(double share, long of, TokenFile file, String what) {
        long count = share < 1 ? Math.max(1, Math.round(share * of)) : (long) share;
        if (count >= of) {
            throw new BadInput("Holding out " + count + " of the " + of + " " + what + " of " + file.file()
                    + " leaves nothing to train on: hold out fewer, or use a larger corpus.");
        }
        return count;
    }
}
