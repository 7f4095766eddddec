package chainrule.decode.rule;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Allows these tokens only as the last that fits into the text's maximal length: transformers'
 * {@code forced_eos_token_id}. Their scores become 0.
 */
public record ForcedLast(List<Integer> tokens) implements LogitRule {
    public ForcedLast {
        tokens = List.copyOf(tokens);
    }

    @Override
    public void apply(float[] scores, Path path) {
        if (path.length() == path.maxLength() - 1) {
            Arrays.fill(scores, Float.NEGATIVE_INFINITY);
            for (int token : tokens) {
                scores[token] = 0;
            }
        }
    }

    @Override
    public IntStream named() {
        return tokens.stream().mapToInt(Integer::intValue);
    }
}
