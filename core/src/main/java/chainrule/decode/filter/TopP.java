package chainrule.decode.filter;

import chainrule.BadInput;

/**
 * Keeps the fewest best tokens that have at least the probability p together: nucleus sampling. Holtzman et al., "The
 * Curious Case of Neural Text Degeneration", 2020, section 3.1.
 */
public record TopP(double p) implements Filter {
    public TopP {
        if (!(p >= 0 && p <= 1)) {
            throw new BadInput("p must lie between 0 and 1, not " + p + ".");
        }
    }

    @Override
    public void apply(float[] scores) {
        Distribution.of(scores).keepMass(p, scores);
    }
}
