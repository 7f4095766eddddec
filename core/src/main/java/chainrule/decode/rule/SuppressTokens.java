package chainrule.decode.rule;

import java.util.List;
import java.util.stream.IntStream;

/** Forbids tokens everywhere. */
public record SuppressTokens(List<Integer> tokens) implements LogitRule {
    public SuppressTokens {
        tokens = List.copyOf(tokens);
    }

    @Override
    public void apply(float[] scores, Path path) {
        for (int token : tokens) {
            scores[token] = Float.NEGATIVE_INFINITY;
        }
    }

    @Override
    public IntStream named() {
        return tokens.stream().mapToInt(Integer::intValue);
    }
}
