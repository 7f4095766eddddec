package chainrule.model;

/**
 * New tokens of one text in one pass.
 *
 * @param tokens T new tokens
 * @param parents for each new token the node it follows: -1 is the prefix's end, n &ge; 0 the cache's live node n or,
 *     from {@link Cache#live} on, the new token n - live
 * @param cache the text's own
 * @param tap sees this text's activations only
 * @param kind how the rows are computed; never how many there are
 */
public record Segment(Tokens tokens, int[] parents, Cache cache, Tap tap, Kind kind) {
    /** A prompt is read by itself, in chunks that depend only on the prompt; decoded rows of all texts share a product. */
    public enum Kind {
        PROMPT,
        DECODE
    }

    /** The next tokens of a text in order, none of them a branch. The cache must have no live nodes. */
    public static Segment prompt(Cache cache, int... ids) {
        return new Segment(new Tokens.Row(ids), chain(ids.length), cache, Tap.NONE, Kind.PROMPT);
    }

    /** Parents of tokens that follow one another from the prefix's end. */
    public static int[] chain(int length) {
        int[] parents = new int[length];
        for (int i = 0; i < length; i++) {
            parents[i] = i - 1;
        }
        return parents;
    }
}
