package chainrule.data;

import chainrule.BadInput;

/**
 * How a text becomes token ids.
 *
 * @param size one more than the largest id
 * @param endOfDocument the id that follows every document
 * @param encode the ids of a piece of text, without special tokens around it
 */
public record Vocabulary(int size, int endOfDocument, Encode encode) {
    /** The ids of a text. */
    @FunctionalInterface
    public interface Encode {
        int[] encode(String text);
    }

    /** @throws BadInput for an end of document that is not in the vocabulary */
    public Vocabulary {
        if (endOfDocument < 0 || endOfDocument >= size) {
            throw new BadInput("The end-of-document id " + endOfDocument + " is outside the vocabulary of " + size
                    + " tokens: name a token of it.");
        }
    }
}
