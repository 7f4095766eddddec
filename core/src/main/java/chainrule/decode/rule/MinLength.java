package chainrule.decode.rule;

/**
 * Forbids the tokens that end the text while it has fewer than {@code length} tokens, prompt included: transformers'
 * {@code min_length}.
 */
public record MinLength(int length) implements LogitRule {
    @Override
    public void apply(float[] scores, Path path) {
        if (path.length() < length) {
            MinNewTokens.forbidEnds(scores, path);
        }
    }
}
