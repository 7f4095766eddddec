package chainrule.decode.rule;

import chainrule.BadInput;
import java.util.BitSet;

/**
 * Makes every token that occurs in the text so far, prompt included, less likely: a positive score is divided by the
 * penalty, a negative one multiplied, once however often the token occurs. Keskar et al., "CTRL: A Conditional
 * Transformer Language Model for Controllable Generation", 2019, section 4.1, where 1.2 balances truth and repetition.
 *
 * @param penalty above 1 discourages repetition, below 1 encourages it
 */
public record RepetitionPenalty(double penalty) implements LogitRule {
    public RepetitionPenalty {
        if (!(penalty > 0)) {
            throw new BadInput("The repetition penalty must be above 0, not " + penalty + ".");
        }
    }

    @Override
    public void apply(float[] scores, Path path) {
        float by = (float) penalty;
        BitSet seen = new BitSet(scores.length);
        for (int i = 0; i < path.length(); i++) {
            int token = path.token(i);
            if (!seen.get(token)) {
                seen.set(token);
                scores[token] = scores[token] < 0 ? scores[token] * by : scores[token] / by;
            }
        }
    }
}
