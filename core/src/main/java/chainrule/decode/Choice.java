package chainrule.decode;

/**
 * What becomes of the nodes of a text's tree; those in neither list are dropped.
 *
 * @param committed nodes that now are the text, in order, the first of them after the committed text's end
 * @param live nodes that stay open, parents before children; each one's parent is live too, or the last committed
 * @param done whether the method has finished the text
 */
public record Choice(int[] committed, int[] live, boolean done) {
    private static final int[] NONE = {};

    /** These nodes are the text, no other stays. */
    public static Choice commit(int... nodes) {
        return new Choice(nodes, NONE, false);
    }
}
