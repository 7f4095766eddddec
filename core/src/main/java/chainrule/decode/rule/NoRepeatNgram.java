package chainrule.decode.rule;

import chainrule.BadInput;

/**
 * Forbids a token that would complete a sequence of {@code size} tokens which the text, prompt included, has already.
 * Paulus, Xiong and Socher, "A Deep Reinforced Model for Abstractive Summarization", 2018, section 2.5, with trigrams.
 *
 * @param size 1 forbids every token that has occurred
 */
public record NoRepeatNgram(int size) implements LogitRule {
    public NoRepeatNgram {
        if (size < 1) {
            throw new BadInput("The length of n-grams must be at least 1, not " + size + ".");
        }
    }

    /** Trigrams. */
    public NoRepeatNgram() {
        this(3);
    }

    @Override
    public void apply(float[] scores, Path path) {
        int context = size - 1;
        int[] ids = path.ids(0);
        for (int from = 0; from + context < ids.length; from++) {
            int same = 0;
            while (same < context && ids[from + same] == ids[ids.length - context + same]) {
                same++;
            }
            if (same == context) {
                scores[ids[from + context]] = Float.NEGATIVE_INFINITY;
            }
        }
    }
}
