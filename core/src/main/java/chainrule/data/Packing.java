package chainrule.data;

import chainrule.BadInput;

/** How documents become windows of at most T+1 ids: T inputs, and the same shifted by one as targets. */
public sealed interface Packing {
    /** T. */
    int length();

    Windows windows(Selection selection);

    /**
     * All documents as one sequence, cut every T ids: a window's last id is the next one's first, so that each id but
     * the very first is a target once. Only the last window may be shorter. A row may hold several documents, and what
     * comes before an end of document is seen by what follows: so documents of which only some tokens are trained, which
     * are to be read from their beginning, cannot be packed so.
     */
    record Contiguous(int length) implements Packing {
        public Contiguous {
            check(length);
        }

        @Override
        public Windows windows(Selection selection) {
            if (selection.file().masked()) {
                throw new IllegalArgumentException("examples with a mask are packed one to a row");
            }
            return new ContiguousWindows(selection, length);
        }
    }

    /**
     * Every document by itself: one of at most T+1 ids is one row, a longer one is cut every T ids. Rows are filled up
     * with zeros; where each row begins is kept in memory, 8 bytes a document.
     */
    record OnePerRow(int length) implements Packing {
        public OnePerRow {
            check(length);
        }

        @Override
        public Windows windows(Selection selection) {
            return new DocumentWindows(selection, length);
        }
    }

    /** The windows of {@code ids} ids, of which the first is no target, at T targets a window. */
    static long count(long ids, int length) {
        return Math.ceilDiv(ids - 1, length);
    }

    private static void check(int length) {
        if (length < 1) {
            throw new BadInput("A row of " + length + " tokens cannot be trained on: name a length of 1 or more.");
        }
    }
}
