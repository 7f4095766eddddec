package chainrule.decode.rule;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Allows one token only where the text so far is a single token, as a decoder's start token is: transformers'
 * {@code forced_bos_token_id}. The token's score becomes 0.
 */
public record ForcedFirst(int token) implements LogitRule {
    @Override
    public void apply(float[] scores, Path path) {
        if (path.length() == 1) {
            Arrays.fill(scores, Float.NEGATIVE_INFINITY);
            scores[token] = 0;
        }
    }

    @Override
    public IntStream named() {
        return IntStream.of(token);
    }
}
