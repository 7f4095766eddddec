package chainrule.model;

import org.bytedeco.pytorch.Tensor;

/**
 * A model as its chain of blocks, for whoever stops, skips, splits or edits it: {@code forward} is
 * {@code head(norm(block(L-1, … block(0, embed(in)))))}. All tensors are [B,T,D] but for the head's.
 */
public interface Blocks extends CausalLM {
    /** L. */
    @Override
    int depth();

    /** Token vectors, with positions where the model adds them: [B,T,D]. */
    Tensor embed(Input in);

    /** The residual stream after block {@code index}: [B,T,D] to [B,T,D]. */
    Tensor block(int index, Tensor xBTD, Tap tap);

    /** The final norm: [..,D] to [..,D]. */
    Tensor norm(Tensor x);

    /** The output head: [R,D] to float32 [R,V]. */
    @Override
    Tensor head(Tensor hidden);
}
