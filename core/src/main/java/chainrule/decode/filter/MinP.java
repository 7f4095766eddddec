package chainrule.decode.filter;

import chainrule.BadInput;

/**
 * Keeps tokens with at least the fraction p of the best token's probability. Nguyen et al., "Turning Up the Heat: Min-p
 * Sampling for Creative and Coherent LLM Outputs", 2025, where p is 0.05 to 0.1.
 */
public record MinP(double p) implements Filter {
    public MinP {
        if (!(p >= 0 && p <= 1)) {
            throw new BadInput("p must lie between 0 and 1, not " + p + ".");
        }
    }

    @Override
    public void apply(float[] scores) {
        Distribution.keepFrom(scores[Distribution.best(scores)] + Math.log(p), scores);
    }
}
