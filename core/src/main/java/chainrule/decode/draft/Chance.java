package chainrule.decode.draft;

/**
 * The random choices of one text, each a function of its position and number alone. A position is settled once; drafts
 * for it that were dropped before had no say in the text, so that the same numbers may serve again.
 */
public interface Chance {
    /**
     * The token drawn for {@code position}.
     *
     * @param law probabilities, [V]
     * @param n 0: the text's own; above: a draft's n-th
     */
    int draw(double[] law, int position, int n);

    /** Whether what has {@code probability} happens to the n-th draft for {@code position}; from 1 on it is certain. */
    boolean happens(double probability, int position, int n);
}
