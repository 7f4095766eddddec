package chainrule.decode.rule;

import chainrule.BadInput;

/**
 * Makes the tokens that end the text ever more likely from {@code start} tokens after the prompt on: with n tokens more
 * than that, a score s becomes s + |s| (factor<sup>n</sup> - 1). Transformers'
 * {@code exponential_decay_length_penalty}.
 *
 * @param start tokens after the prompt that are left alone
 * @param factor above 1
 */
public record ExponentialDecayLength(int start, double factor) implements LogitRule {
    public ExponentialDecayLength {
        if (start < 0 || !(factor > 0)) {
            throw new BadInput(
                    "The start must not be negative and the factor above 0, not " + start + " and " + factor + ".");
        }
    }

    @Override
    public void apply(float[] scores, Path path) {
        int beyond = path.generated() - start;
        if (beyond > 0) {
            for (int end : path.ends()) {
                scores[end] += (float) (Math.abs(scores[end]) * (Math.pow(factor, beyond) - 1));
            }
        }
    }
}
