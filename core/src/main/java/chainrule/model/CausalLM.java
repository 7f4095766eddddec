package chainrule.model;

import chainrule.nn.Compute;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * A language model that factorises p(x) = Π p(x[t] | x[&lt;t]).
 *
 * <p>Everything native that {@link #forward} and {@link #extend} make belongs to the caller's
 * {@link chainrule.tensor.Scope}.
 */
public interface CausalLM extends Net {
    /** The number of token ids the model knows. */
    int vocabulary();

    /** The longest text, in tokens, that the model was made for. */
    int context();

    /** One pass without a cache, differentiable: for training and scoring. */
    Step forward(Input in, Tap tap);

    /**
     * The output head's weight [V,D], where logits are {@code hidden · Wᵀ} and nothing more; empty otherwise. It may be
     * part of the graph. With it a loss is computed in chunks of rows instead of all logits at once.
     */
    default Optional<Tensor> headWeight() {
        return Optional.empty();
    }

    /** The number of blocks whose activations {@link Site}s name; 0 where the model is not made of blocks. */
    default int depth() {
        return 0;
    }

    /** Whether the output head's weight is the embedding's. */
    default boolean tied() {
        return false;
    }

    /**
     * The output head by itself: float32 logits [R,V] of vectors [R,D] from anywhere in the model, which pass no norm.
     *
     * @throws UnsupportedOperationException where the model has no such head
     */
    default Tensor head(Tensor hidden) {
        throw new UnsupportedOperationException("this model's output head cannot be used by itself");
    }

    /** An empty cache for one text, to be closed by the caller. */
    Cache newCache(Side side);

    /**
     * Reads every segment's new tokens after that segment's own cache, all in one pass, and leaves them in the caches
     * as live nodes (see {@link Cache}). A text's result does not depend on the other segments, bit for bit.
     *
     * @return one step per segment, with one row per new token, valid until the next pass
     */
    List<Step> extend(List<Segment> segments);

    /**
     * The form of this model that decodes fastest: weights fused or packed for {@code compute}. It holds weights of its
     * own and is closed by the caller; this model's later changes do not show in it.
     */
    CausalLM forDecoding(Compute compute);
}
