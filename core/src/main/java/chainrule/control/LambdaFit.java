package chainrule.control;

import chainrule.BadInput;
import java.util.Arrays;

/**
 * How λ is found such that the features of exp(λ·φ) times a distribution have given means μ*. It is where the concave
 * function λ·μ* − log Z(λ) is largest, whose gradient is μ* − μ(λ) and whose second derivative is minus the features'
 * covariance (Khalifa, Elsahar and Dymetman, "A Distributional Approach to Controlled Text Generation", ICLR 2021, section
 * 2.3). The means are taken from one sample, by self-normalised importance sampling; the paper draws 10,240 texts, and
 * 20,480 for constraints of both kinds.
 */
public sealed interface LambdaFit permits Newton, FixedStep {
    /**
     * What was found.
     *
     * @param lambda [F]
     * @param iterations steps taken
     * @param error the distance from μ* that the rule stopped at
     * @param tilted the sample under this λ
     */
    record Found(double[] lambda, int iterations, double error, FeatureSample.Tilted tilted) {}

    /**
     * Fits λ.
     *
     * @param moments μ* [F]
     * @throws BadInput where no λ gives these means on this sample
     */
    Found fit(FeatureSample sample, double... moments);

    /** μ* − μ. */
    static double[] gap(double[] moments, FeatureSample.Tilted tilted) {
        double[] gap = new double[moments.length];
        Arrays.setAll(gap, i -> moments[i] - tilted.moments()[i]);
        return gap;
    }

    static double largest(double... gap) {
        return Arrays.stream(gap).map(Math::abs).max().orElse(0);
    }
}
