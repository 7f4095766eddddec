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
        float[] distance = new float[scores.length];
        for (int i = 0; i < scores.length; i++) {
            distance[i] = (float) Math.abs(d.logProbability(i) + entropy);
        }
        int[] sorted = Distribution.ascending(distance, i -> scores[i] != Float.NEGATIVE_INFINITY);
        double sum = 0;
        float most = Float.POSITIVE_INFINITY;
        for (int i = 0; i < sorted.length && most == Float.POSITIVE_INFINITY; i++) {
            sum += d.probability(sorted[i]);
            if (sum >= mass) {
                most = distance[sorted[i]];
            }
        }
        float limit = most;
        Distribution.keep(scores, i -> distance[i] <= limit);
    }
}
