package chainrule.model;

/**
 * What a model keeps of one text so that it need not read it again: a committed prefix, and after it a tree of live
 * nodes. {@link CausalLM#extend} appends nodes; {@link #keep} says which of them stay.
 *
 * <p>Nodes are numbered in the order they were read since the last {@code keep}, after those that it left live. A node
 * attends to the prefix, to its ancestors and to itself; its position is the prefix's length plus its depth.
 */
public interface Cache extends AutoCloseable {
    /** The length of the committed prefix in tokens. */
    int length();

    /** The number of live nodes after it. */
    int live();

    /**
     * Appends nodes to the prefix and drops those that are neither committed nor live.
     *
     * @param committed a path from the prefix: each node's parent is the one before it, the first's is the prefix
     * @param live nodes that stay open, parents before children; each one's parent is live too, or the last committed
     */
    void keep(int[] committed, int[] live);

    /** Says, before anything is read, how long the text may become: room for it may be made at once. */
    default void expect(int length) {}

    /** The bytes of native memory that it holds. */
    long bytes();

    @Override
    void close();
}
