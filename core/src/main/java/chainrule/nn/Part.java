package chainrule.nn;

/**
 * A shard of a parameter: the {@code index}-th of {@code count} equal pieces along {@code dimension}.
 *
 * @param dimension counted from 0
 */
public record Part(int dimension, int index, int count) {
    /** All of it. */
    public static final Part WHOLE = new Part(0, 0, 1);

    public Part {
        if (index < 0 || index >= count) {
            throw new IllegalArgumentException("part " + index + " of " + count);
        }
    }

    /** The shape of this part of a parameter of shape {@code full}. */
    public long[] shape(long... full) {
        long[] shape = full.clone();
        if (shape.length > 0) {
            if (shape[dimension] % count != 0) {
                throw new IllegalArgumentException(shape[dimension] + " does not divide into " + count + " parts");
            }
            shape[dimension] /= count;
        }
        return shape;
    }
}
