package chainrule.model;

/**
 * A named place in a model's computation. In a decoder of L blocks, for R rows (in a pass without a cache [B,T] in R's
 * place):
 *
 * <table>
 * <caption>Sites</caption>
 * <tr><td>EMBEDDING</td><td>[R,D]</td><td>token vectors with positions where they are added</td></tr>
 * <tr><td>BLOCK_IN 0..L-1</td><td>[R,D]</td><td>residual stream before the block</td></tr>
 * <tr><td>HEADS 0..L-1</td><td>[R,H,N]</td><td>every head's output, before the output projection</td></tr>
 * <tr><td>ATTENTION 0..L-1</td><td>[R,D]</td><td>what attention adds</td></tr>
 * <tr><td>MLP 0..L-1</td><td>[R,D]</td><td>what the MLP adds</td></tr>
 * <tr><td>BLOCK_OUT 0..L-1</td><td>[R,D]</td><td>residual stream after the block, before the final norm</td></tr>
 * <tr><td>FINAL</td><td>[R,D]</td><td>after the final norm, the output head's input</td></tr>
 * </table>
 *
 * @param layer the block, 0 where the kind has none
 */
public record Site(Kind kind, int layer) {
    /** What is computed there. */
    public enum Kind {
        EMBEDDING,
        BLOCK_IN,
        HEADS,
        ATTENTION,
        MLP,
        BLOCK_OUT,
        FINAL
    }

    public static final Site EMBEDDING = new Site(Kind.EMBEDDING, 0);
    public static final Site FINAL = new Site(Kind.FINAL, 0);
}
