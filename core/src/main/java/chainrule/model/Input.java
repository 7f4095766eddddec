package chainrule.model;

import org.bytedeco.pytorch.Tensor;

/**
 * A batch for a pass without a cache.
 *
 * @param tokens B texts of T tokens each; shorter texts are padded on the right, where causality keeps the padding from
 *     every real token
 * @param side what the model conditions on besides the text
 */
public record Input(Tokens tokens, Side side) {
    /** ids: int64 [B,T]. */
    public static Input of(Tensor ids) {
        return new Input(new Tokens.Ids(ids), Side.NONE);
    }
}
