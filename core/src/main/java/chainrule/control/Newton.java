package chainrule.control;

import chainrule.BadInput;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Newton's method with steps halved until the concave function of {@link LambdaFit} grows as it should: λ ← λ + s C⁻¹(μ* −
 * μ(λ)), C the covariance of the features. A handful of steps, and λ is exact on the sample.
 *
 * @param tolerance the largest |μ* − μ(λ)| that is left
 * @param most steps at most
 */
public record Newton(double tolerance, int most) implements LambdaFit {
    /** Features that differ by this share of their variance are told apart. */
    private static final double RIDGE = 1e-12;

    /** exp of this is more than any sample can tell. */
    private static final double LONGEST = 700;

    public Newton {
        if (!(tolerance > 0) || most < 1) {
            throw new BadInput("Newton's method needs a tolerance above 0 and a step or more, not " + tolerance
                    + " and " + most + ".");
        }
    }

    public Newton() {
        this(1e-10, 100);
    }

    @Override
    public Found fit(FeatureSample sample, double... moments) {
        sample.check(moments, true);
        double[] lambda = new double[moments.length];
        FeatureSample.Tilted at = sample.tilt(lambda);
        for (int step = 0; step <= most; step++) {
            double[] gap = LambdaFit.gap(moments, at);
            double error = LambdaFit.largest(gap);
            if (error <= tolerance) {
                return new Found(lambda, step, error, at);
            }
            double[] direction = solve(sample.covariance(at), gap);
            double[] next = line(sample, moments, lambda, direction, gap);
            if (next == null) {
                break;
            }
            lambda = next;
            at = sample.tilt(lambda);
        }
        throw diverges(sample, moments, at);
    }

    /** The point along {@code direction} where the function has grown; null where there is none. */
    private static double @Nullable [] line(
            FeatureSample sample, double[] moments, double[] from, double[] direction, double... gap) {
        double before = value(sample, moments, from);
        double slope = dot(gap, direction);
        for (double size = 1; size > 1e-10; size /= 2) {
            double[] next = new double[from.length];
            for (int i = 0; i < from.length; i++) {
                next[i] = from[i] + size * direction[i];
            }
            // At the top the function's growth is less than its rounding.
            boolean grown =
                    value(sample, moments, next) >= before + 1e-4 * size * slope - 1e-14 * (1 + Math.abs(before));
            if (grown && LambdaFit.largest(next) < LONGEST) {
                return next;
            }
        }
        return null;
    }

    private static double value(FeatureSample sample, double[] moments, double... lambda) {
        return dot(lambda, moments) - sample.tilt(lambda).logZ();
    }

    private static double dot(double[] a, double... b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** x of A x = b by Cholesky's factorisation of A with a little added on its diagonal. */
    private static double[] solve(double[][] a, double... b) {
        int n = b.length;
        double trace = 0;
        for (int i = 0; i < n; i++) {
            trace += a[i][i];
        }
        double[][] l = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = a[i][j] + (i == j ? RIDGE * trace + Double.MIN_NORMAL : 0);
                for (int k = 0; k < j; k++) {
                    sum -= l[i][k] * l[j][k];
                }
                l[i][j] = i == j ? Math.sqrt(Math.max(sum, RIDGE * trace + Double.MIN_NORMAL)) : sum / l[j][j];
            }
        }
        double[] x = b.clone();
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < i; k++) {
                x[i] -= l[i][k] * x[k];
            }
            x[i] /= l[i][i];
        }
        for (int i = n - 1; i >= 0; i--) {
            for (int k = i + 1; k < n; k++) {
                x[i] -= l[k][i] * x[k];
            }
            x[i] /= l[i][i];
        }
        return x;
    }

    private static BadInput diverges(FeatureSample sample, double[] moments, FeatureSample.Tilted at) {
        return new BadInput("No weights give " + sample.names() + " the means " + Arrays.toString(moments)
                + " together: they grow without end, and the nearest means reached on "
                + sample.phi().length + " sampled texts are " + Arrays.toString(at.moments())
                + ". Ask for means that texts can have at the same time, or draw more samples.");
    }
}
