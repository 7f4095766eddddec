package chainrule.control;

import chainrule.BadInput;
import java.util.Arrays;
import java.util.List;

/**
 * The features of texts x[1..N], and how much each text counts before any λ: log P₀(x)/q(x), which is 0 for every text
 * where they were drawn from the model that is to be controlled.
 *
 * @param names of the features
 * @param logWeights [N]; -∞ for a text that is ruled out
 * @param phi [N][F]
 */
public record FeatureSample(List<String> names, double[] logWeights, double[][] phi) {
    /** @throws BadInput where no text counts */
    public FeatureSample {
        names = List.copyOf(names);
        if (Arrays.stream(logWeights).noneMatch(w -> w > Double.NEGATIVE_INFINITY)) {
            throw new BadInput(
                    "None of the " + logWeights.length
                            + " sampled texts has all the features that every text must have: draw more samples, or ask for less.");
        }
    }

    /**
     * The sample weighted by exp(λ·φ), by self-normalised importance sampling.
     *
     * @param weights [N] that add up to 1
     * @param logZ the logarithm of the mean weight, log 1/N Σ (P₀/q) exp(λ·φ)
     * @param moments [F] the weighted means μ(λ)
     */
    public record Tilted(double[] weights, double logZ, double[] moments) {
        /** How many unweighted samples would tell as much: 1/Σw², from 1 to N. */
        public double effectiveSampleSize() {
            return 1 / Arrays.stream(weights).map(w -> w * w).sum();
        }
    }

    public Tilted tilt(double... lambda) {
        int n = logWeights.length;
        double[] weights = new double[n];
        double largest = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < n; j++) {
            weights[j] = logWeights[j];
            for (int i = 0; i < lambda.length; i++) {
                weights[j] += lambda[i] * phi[j][i];
            }
            largest = Math.max(largest, weights[j]);
        }
        double sum = 0;
        for (int j = 0; j < n; j++) {
            weights[j] = Math.exp(weights[j] - largest);
            sum += weights[j];
        }
        double[] moments = new double[lambda.length];
        for (int j = 0; j < n; j++) {
            weights[j] /= sum;
            for (int i = 0; i < lambda.length; i++) {
                moments[i] += weights[j] * phi[j][i];
            }
        }
        return new Tilted(weights, largest + Math.log(sum / n), moments);
    }

    /** The covariance of the features under the weighted sample: [F][F]. */
    double[][] covariance(Tilted tilted) {
        int f = names.size();
        double[][] all = new double[f][f];
        for (int j = 0; j < phi.length; j++) {
            for (int a = 0; a < f; a++) {
                for (int b = 0; b < f; b++) {
                    all[a][b] += tilted.weights[j] * (phi[j][a] - tilted.moments[a]) * (phi[j][b] - tilted.moments[b]);
                }
            }
        }
        return all;
    }

    /**
     * Refuses moments that no λ gives.
     *
     * @param bounds whether a moment at a feature's very bound is refused too: λ grows without end towards it
     */
    void check(double[] moments, boolean bounds) {
        for (int i = 0; i < moments.length; i++) {
            double low = Double.POSITIVE_INFINITY;
            double high = Double.NEGATIVE_INFINITY;
            for (int j = 0; j < phi.length; j++) {
                if (logWeights[j] > Double.NEGATIVE_INFINITY) {
                    low = Math.min(low, phi[j][i]);
                    high = Math.max(high, phi[j][i]);
                }
            }
            String name = "'" + names.get(i) + "'";
            if (low == high && low != moments[i]) {
                throw new BadInput(
                        "The feature " + name + (low == 0 ? " never occurs in " : " is " + low + " in all of ")
                                + phi.length + " sampled texts, so no weight gives it the mean " + moments[i]
                                + ": draw more samples, or choose a feature that the model's texts sometimes have.");
            }
            if (moments[i] < low || moments[i] > high) {
                throw new BadInput("The feature " + name + " lies between " + low + " and " + high + " in " + phi.length
                        + " sampled texts, so its mean cannot be " + moments[i] + ".");
            }
            if (bounds && low < high && (moments[i] == low || moments[i] == high)) {
                throw new BadInput("The mean " + moments[i] + " of " + name
                        + " is at its bound, which no finite weight reaches: ask for it of every text, as a pointwise"
                        + " constraint, or for a mean within the bounds.");
            }
        }
    }
}
