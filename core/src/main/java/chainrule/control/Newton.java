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
        Point at = Point.of(sample, moments, new double[moments.length]);
        for (int step = 0; step <= most; step++) {
            if (at.error() <= tolerance) {
                return new Found(at.lambda, step, at.error(), at.tilted);
            }
            Point next = line(sample, moments, at, solve(sample.covariance(at.tilted), at.gap));
            if (next == null) {
                break;
            }
            at = next;
        }
        throw diverges(sample, moments, at.tilted);
    }

    /**
     * What is known at a λ.
     *
     * @param value of the function that is to be largest
     * @param gap its gradient
     */
    private record Point(double[] lambda, FeatureSample.Tilted tilted, double value, double[] gap) {
        static Point of(FeatureSample sample, double[] moments, double... lambda) {
            FeatureSample.Tilted tilted = sample.tilt(lambda);
            return new Point(lambda, tilted, dot(lambda, moments) - tilted.logZ(), LambdaFit.gap(moments, tilted));
        }

        double error() {
            return LambdaFit.largest(gap);
        }
    }

    /** The point along {@code direction} where the function has grown; null where there is none. */
    private static @Nullable Point line(FeatureSample sample, double[] moments, Point from, double... direction) {
        double slope = dot(from.gap, direction);
        for (double size = 1; size > 1e-10; size /= 2) {
            double[] lambda = new double[direction.length];
            for (int i = 0; i < lambda.length; i++) {
                lambda[i] = from.lambda[i] + size * direction[i];
            }
            if (LambdaFit.largest(lambda) >= LONGEST) {
                continue;
            }
            Point next = Point.of(sample, moments, lambda);
            // At the top the function's growth is less than the rounding of its sum over all texts: there the gradient
            // tells.
            if (next.value >= from.value + 1e-4 * size * slope || next.error() <= from.error() / 2) {
                return next;
            }
        }
        return null;
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
