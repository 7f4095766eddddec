package chainrule.decode.rule;

import java.util.List;
import java.util.stream.IntStream;

/** Forbids tokens directly after the prompt. */
public record SuppressAtBegin(List<Integer> tokens) implements LogitRule {
    public SuppressAtBegin {
        tokens = List.copyOf(tokens);
    }

    @Override
    public void apply(float[] scores, Path path) {
        if (path.generated() == 0) {
            new SuppressTokens(tokens).apply(scores, path);
        }
    }

    @Override
    public IntStream named() {
        return tokens.stream().mapToInt(Integer::intValue);
    }
}
