package chainrule.decode.filter;

import chainrule.BadInput;

/**
 * Keeps the most best tokens whose share in the entropy does not exceed the fraction {@code alpha} of the whole, the
 * distribution being that of the 100 best tokens alone; the best token stays. Potraghloo et al., "Top-H Decoding:
 * Adapting the Creativity and Coherence with Bounded Entropy in Text Generation", 2025, with 0.4.
 */
public record TopH(double alpha) implements Filter {
    private static final int CONSIDERED = 100;

    public TopH {
        if (!(alpha > 0 && alpha <= 1)) {
            throw new BadInput("alpha must lie above 0 and not above 1, not " + alpha + ".");
        }
    }

    @Override
    public void apply(float[] scores) {
        int[] best = Distribution.best(CONSIDERED, scores);
        float[] values = new float[best.length];
        for (int i = 0; i < best.length; i++) {
            values[i] = scores[best[i]];
        }
        Distribution d = Distribution.of(values);
        double left = alpha * d.entropy();
        int count = 0;
        while (count < best.length && values[count] != Float.NEGATIVE_INFINITY) {
            left += d.probability(count) * d.logProbability(count);
            if (left < 0 && count > 0) {
                break;
            }
            count++;
        }
        Distribution.keepFirst(count, best, scores);
    }
}
