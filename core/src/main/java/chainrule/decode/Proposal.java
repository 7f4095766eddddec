package chainrule.decode;

import chainrule.model.Segment;

/**
 * Tokens to read in the next pass, a tree over the nodes that are open.
 *
 * @param tokens at least one
 * @param parents the node that each follows, as {@link Run} numbers them: a live node, an earlier one of these, or -1
 * @param decided how many of the first nodes are final already, one after another from the committed text's end; they
 *     are sent off before they are read, and not read where they end the text
 */
public record Proposal(int[] tokens, int[] parents, int decided) {
    /** Tokens that follow one another after the committed text and are final. */
    public static Proposal decided(int... tokens) {
        return new Proposal(tokens, Segment.chain(tokens.length), tokens.length);
    }

    /** A tree of tokens none of which is final. */
    public static Proposal open(int[] tokens, int[] parents) {
        return new Proposal(tokens, parents, 0);
    }
}
