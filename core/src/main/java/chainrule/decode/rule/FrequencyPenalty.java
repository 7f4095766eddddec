package chainrule.decode.rule;

/**
 * Lowers a token's score by the penalty for every time it occurs after the prompt: OpenAI's {@code frequency_penalty}.
 *
 * @param penalty from -2 to 2 as OpenAI takes it; negative values encourage repetition
 */
public record FrequencyPenalty(double penalty) implements LogitRule {
    @Override
    public void apply(float[] scores, Path path) {
        for (int i = path.promptLength(); i < path.length(); i++) {
            scores[path.token(i)] -= (float) penalty;
        }
    }
}
