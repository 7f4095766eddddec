package chainrule.nn;

import org.bytedeco.pytorch.Tensor;

/** How a model knows where a token stands. */
public sealed interface Positions {
    /**
     * A vector per position, added to the token's.
     *
     * @param weight [C,D] for a context of C
     */
    record Learned(Tensor weight) implements Positions {}

    /** Queries and keys are rotated. */
    record Rotated(Rotary rotary) implements Positions {}
}
