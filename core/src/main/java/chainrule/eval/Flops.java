package chainrule.eval;

import chainrule.BadInput;
import chainrule.model.DecoderConfig;
import chainrule.nn.Attention;

/**
 * The floating-point operations that a decoder's matrix products take, a multiplication and an addition each counted (Kaplan
 * et al., "Scaling Laws for Neural Language Models", 2020, section 2.1, without their approximations).
 *
 * <pre>
 * body = 2 L (D (H + 2K) N + H N D + m D M)   m = 3 with a gated MLP, else 2
 * head = 2 V D
 * a token that sees s positions, itself included: body + head + 4 L H N min(s, window)
 * </pre>
 *
 * <p>The first two are 2 for each weight that a token is multiplied with, so about 2 × parameters; a vector that is looked up
 * is none. Attention's term is a product with keys and one with values. Norms, biases, rotation, activations and softmax,
 * small beside the products, are left out.
 *
 * <p>A method that reads k tokens to settle on one, as contrastive search does, takes k times a token's operations.
 *
 * @param body of a token in all blocks, without attention's term
 * @param head of a token whose logits are wanted
 * @param perPosition 4 L H N
 * @param window the most positions that are seen
 */
public record Flops(long body, long head, long perPosition, int window) {
    public static Flops of(DecoderConfig config) {
        Attention.Heads heads = config.attention().heads();
        long layers = config.layers();
        long width = config.width();
        long queries = (long) heads.queries() * heads.width();
        long keys = (long) heads.keys() * heads.width();
        long matrices = config.mlp().gated() ? 3 : 2;
        long weights = width * (queries + 2 * keys)
                + queries * width
                + matrices * width * config.mlp().inner();
        return new Flops(
                2 * layers * weights,
                2 * width * config.vocabulary(),
                4 * layers * queries,
                config.window().orElse(Integer.MAX_VALUE));
    }

    /** Of one token that sees {@code seen} positions, itself included, and of the logits after it. */
    public long perToken(int seen) {
        return body + head + perPosition * Math.min(seen, window);
    }

    /**
     * Of a continuation of a prompt, one token read a step: every prompt token without logits but for the last, every new
     * token but for the last, which nothing has to read.
     */
    public long ofContinuation(int prompt, int tokens) {
        if (prompt < 1 || tokens < 1) {
            throw new BadInput("A continuation has a prompt and a length of at least 1 token, not " + prompt + " and "
                    + tokens + ".");
        }
        long all = 0;
        for (int seen = 1; seen < prompt + tokens; seen++) {
            all += perToken(seen) - (seen < prompt ? head : 0);
        }
        return all;
    }
}
