package chainrule.model;

import org.bytedeco.pytorch.Tensor;

/**
 * Sees activations as they are computed and may put others in their place. It never changes which kernel computes the
 * rest. What it receives is valid during the call; it keeps a copy of what it needs later.
 */
@FunctionalInterface
public interface Tap {
    /** Sees nothing and costs nothing. */
    Tap NONE = (_, x) -> x;

    /** @return {@code x}, or a tensor of the same shape to go on with */
    Tensor at(Site site, Tensor x);

    /** Whether it looks at {@code site} at all; an activation nobody looks at is not handed out. */
    default boolean wants(Site site) {
        return this != NONE;
    }
}
