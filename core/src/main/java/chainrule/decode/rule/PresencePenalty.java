package chainrule.decode.rule;

import java.util.BitSet;

/**
 * Lowers a token's score by the penalty where it occurs after the prompt at all: OpenAI's {@code presence_penalty}.
 *
 * @param penalty from -2 to 2 as OpenAI takes it; negative values encourage repetition
 */
public record PresencePenalty(double penalty) implements LogitRule {
    @Override
    public void apply(float[] scores, Path path) {
        BitSet seen = new BitSet(scores.length);
        for (int i = path.promptLength(); i < path.length(); i++) {
            int token = path.token(i);
            if (!seen.get(token)) {
                seen.set(token);
                scores[token] -= (float) penalty;
            }
        }
    }
}
