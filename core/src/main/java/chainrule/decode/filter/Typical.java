package chainrule.decode.filter;

import chainrule.BadInput;

/**
 * Keeps the fewest tokens that have at least the probability {@code mass} together, those first whose information -log p
 * is nearest to the distribution's entropy: locally typical sampling. Meister et al., "Locally Typical Sampling", 2023,
 * with a mass of 0.2 for stories and 0.95 for summaries.
 */
public record Typical(double mass) implements Filter {
    public Typical {
        if (!(mass > 0 && mass <= 1)) {
            throw new BadInput("The mass must lie above 0 and not above 1, not " + mass + ".");
        }
    }

    @Override
    public void apply(float[] scores) {
        Distribution d = Distribution.of(scores);
        double entropy = d.entropy();
        float[] nearness = new float[scores.length];
        for (int i = 0; i < scores.length; i++) {
            nearness[i] = (float) -Math.abs(d.logProbability(i) + entropy);
        }
        d.keepMass(mass, nearness);
    }
}
