package chainrule.data;

import chainrule.BadInput;
import java.util.OptionalInt;

/**
 * How a text becomes token ids.
 *
 * @param size one more than the largest id
 * @param beginOfDocument the id that stands before every document; none where the end of the one before is enough
 * @param endOfDocument the id that follows every document
 * @param encode the ids of a piece of text, without special tokens around it
 */
public record Vocabulary(int size, OptionalInt beginOfDocument, int endOfDocument, Encode encode) {
    /** The ids of a text. */
    @FunctionalInterface
    public interface Encode {
        int[] encode(String text);
    }

    /** @throws BadInput for a begin or end of document that is not in the vocabulary */
    public Vocabulary {
        beginOfDocument.ifPresent(id -> check("begin", id, size));
        check("end", endOfDocument, size);
    }

    /** Documents with nothing before them. */
    public Vocabulary(int size, int endOfDocument, Encode encode) {
        this(size, OptionalInt.empty(), endOfDocument, encode);
    }

    private static void check(String which, int id, int size) {
        if (id < 0 || id >= size) {
            throw new BadInput("The " + which + "-of-document id " + id + " is outside the vocabulary of " + size
                    + " tokens: name a token of it.");
        }
    }
}
