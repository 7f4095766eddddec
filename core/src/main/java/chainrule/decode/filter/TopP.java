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
        double[] probabilities = Distribution.of(scores).probabilities();
        // All tokens up to this probability cannot reach 1 - p together: they are removed without being sorted.
        double little = (1 - p) / scores.length;
        double removed = 0;
        for (double q : probabilities) {
            removed += q <= little ? q : 0;
        }
        int[] sorted = Distribution.ascending(scores, i -> probabilities[i] > little);
        int from = 0;
        while (from < sorted.length - 1 && removed + probabilities[sorted[from]] <= 1 - p) {
            removed += probabilities[sorted[from]];
            scores[sorted[from++]] = Float.NEGATIVE_INFINITY;
        }
        Distribution.keep(scores, i -> probabilities[i] > little);
    }
}
