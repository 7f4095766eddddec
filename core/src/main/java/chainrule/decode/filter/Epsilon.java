package chainrule.decode.filter;

import chainrule.BadInput;

/**
 * Keeps tokens of at least the probability {@code cutoff}, and the best one. Hewitt, Manning and Liang, "Truncation
 * Sampling as Language Model Desmoothing", 2022, with 3e-4 to 9e-4.
 */
public record Epsilon(double cutoff) implements Filter {
    public Epsilon {
        if (!(cutoff > 0 && cutoff < 1)) {
            throw new BadInput("The cutoff must lie between 0 and 1, not " + cutoff + ".");
        }
    }

    @Override
    public void apply(float[] scores) {
        above(cutoff, Distribution.of(scores));
    }

    /** Keeps tokens of at least the probability {@code cutoff}, and the best. */
    static void above(double cutoff, Distribution d) {
        double least = Math.min(Math.log(cutoff) + d.normaliser(), d.scores()[Distribution.best(d.scores())]);
        Distribution.keepFrom(least, d.scores());
    }
}
