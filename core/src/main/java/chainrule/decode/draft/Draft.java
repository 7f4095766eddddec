package chainrule.decode.draft;

import chainrule.model.Segment;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Drafted tokens, a tree after the text.
 *
 * @param tokens in an order in which parents come before their children
 * @param parents for each token the one it follows; -1 is the text's end
 * @param laws for each token the law that it and its siblings were drawn from, one after another without
 *     replacement; tokens beyond its length have no part in it, and all where the token was chosen without chance.
 *     Siblings may be of both kinds. What follows a token, and with which law, may depend on the text before it only
 */
public record Draft(int[] tokens, int[] parents, List<double[]> laws) {
    /** The law of a token that was chosen without chance. */
    static final double[] CHOSEN = {};

    /** Nothing. */
    public static final Draft NONE = chain();

    public Draft {
        laws = List.copyOf(laws);
        if (tokens.length != parents.length || tokens.length != laws.size()) {
            throw new IllegalArgumentException("a draft needs a parent and a law for each of its tokens");
        }
        for (int i = 0; i < parents.length; i++) {
            if (parents[i] < -1 || parents[i] >= i) {
                throw new IllegalArgumentException("drafted token " + i + " cannot follow " + parents[i]);
            }
        }
    }

    /** Tokens that follow one another, chosen without chance. */
    public static Draft chain(int... tokens) {
        return tree(tokens, Segment.chain(tokens.length));
    }

    /** Tokens chosen without chance. */
    public static Draft tree(int[] tokens, int[] parents) {
        return new Draft(tokens, parents, Collections.nCopies(tokens.length, CHOSEN));
    }

    public int size() {
        return tokens.length;
    }

    /** Whether the token was drawn from its law, not chosen. */
    boolean drawn(int node) {
        return laws.get(node).length > 0;
    }

    /** The nodes that follow {@code node}, in order. */
    int[] children(int node) {
        return IntStream.range(node + 1, size()).filter(i -> parents[i] == node).toArray();
    }
}
