package chainrule.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The settings of Llama 3's rotary scaling, found again from the divisors of the rotation frequencies: a converter stores
 * only those, in {@code rope_freqs.weight}.
 *
 * <p>With wavelength w = 2π base^(2i/d) of pair i and s = (original/w - low) / (high - low), the divisor is 1 for s ≥ 1,
 * {@code factor} for s ≤ 0, and 1 / ((1 - s)/factor + s) between. s keeps its value when original, low and high are
 * multiplied together; so low is 1 unless original would not be a whole number.
 */
record RopeFrequencies(double factor, double low, double high, int original) {
    private static final double CLOSE = 1e-5;
    private static final double TOLERANCE = 1e-3;
    private static final int LARGEST = 1 << 24;

    /** Settings that give these divisors; none if they follow another rule. */
    static Optional<RopeFrequencies> fit(float[] divisors, double base) {
        double factor = 1;
        for (float f : divisors) {
            if (!(f > 1 - CLOSE) || Float.isInfinite(f)) {
                return Optional.empty();
            }
            factor = Math.max(factor, f);
        }
        if (factor < 1 + CLOSE) {
            return Optional.of(new RopeFrequencies(1, 1, 4, 1));
        }
        List<RopeFrequencies> candidates = new ArrayList<>();
        double[] line = line(divisors, factor, base);
        double original = line[0];
        double high = line[1];
        if (original >= 1 && original < LARGEST && high > 1 && high < LARGEST) {
            double round = Math.ceil(original);
            candidates.add(new RopeFrequencies(factor, 1, Math.rint(high), (int)
                    Math.rint(Math.pow(2, Math.rint(Math.log(original) / Math.log(2))))));
            candidates.add(new RopeFrequencies(factor, 1, Math.rint(high), (int) Math.rint(original)));
            candidates.add(new RopeFrequencies(factor, round / original, high * round / original, (int) round));
        }
        return candidates.stream()
                .filter(c -> c.error(divisors, base) < CLOSE)
                .findFirst()
                .or(() -> candidates.stream()
                        .skip(2)
                        .filter(c -> c.error(divisors, base) < TOLERANCE)
                        .findFirst());
    }

    /** Original and high for low = 1: s = original/(high - 1) · 1/w - 1/(high - 1) is a line through the divisors between. */
    private static double[] line(float[] divisors, double factor, double base) {
        List<double[]> between = new ArrayList<>();
        int unchanged = 0;
        for (int i = 0; i < divisors.length; i++) {
            double s = (1 / (double) divisors[i] - 1 / factor) / (1 - 1 / factor);
            if (s > CLOSE && s < 1 - CLOSE) {
                between.add(new double[] {1 / wavelength(i, divisors.length, base), s});
            } else if (s >= 1 - CLOSE) {
                unchanged++;
            }
        }
        if (between.isEmpty()) {
            double last = unchanged == 0 ? 1 : wavelength(unchanged - 1, divisors.length, base);
            return new double[] {Math.sqrt(last * wavelength(unchanged, divisors.length, base)), 1 + 1e-6};
        }
        double[] first = between.getFirst();
        double[] last = between.getLast();
        if (between.size() == 1) {
            return new double[] {(3 * first[1] + 1) / first[0], 4};
        }
        double slope = (first[1] - last[1]) / (first[0] - last[0]);
        double start = first[1] - slope * first[0];
        return new double[] {-slope / start, 1 - 1 / start};
    }

    private static double wavelength(int pair, int pairs, double base) {
        return 2 * Math.PI * Math.pow(base, (double) pair / pairs);
    }

    /** The largest relative difference between the divisors and those of these settings. */
    private double error(float[] divisors, double base) {
        double worst = 0;
        for (int i = 0; i < divisors.length; i++) {
            worst = Math.max(worst, Math.abs(divisors[i] / divisor(i, divisors.length, base) - 1));
        }
        return worst;
    }

    /** What these settings divide the frequency of each pair by. */
    float[] divisors(int pairs, double base) {
        float[] all = new float[pairs];
        for (int i = 0; i < pairs; i++) {
            all[i] = (float) divisor(i, pairs, base);
        }
        return all;
    }

    private double divisor(int pair, int pairs, double base) {
        double s = Math.clamp((original / wavelength(pair, pairs, base) - low) / (high - low), 0, 1);
        return 1 / ((1 - s) / factor + s);
    }
}
