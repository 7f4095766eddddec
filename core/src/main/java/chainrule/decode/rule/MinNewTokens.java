package chainrule.decode.rule;

/** Forbids the tokens that end the text while fewer than {@code count} tokens follow the prompt. */
public record MinNewTokens(int count) implements LogitRule {
    @Override
    public void apply(float[] scores, Path path) {
        if (path.generated() < count) {
            forbidEnds(scores, path);
        }
    }

    static void forbidEnds(float[] scores, Path path) {
        for (int end : path.ends()) {
            scores[end] = Float.NEGATIVE_INFINITY;
        }
    }
}
