package chainrule.control;

import chainrule.BadInput;
import java.util.Arrays;

/**
 * The gradient steps of the official programs, λ ← λ + η (μ* − μ(λ)) from λ = 0, for comparison with their figures. They stop
 * early: after 0.01 in length, as GDC does, the means still miss by as much. A mean at a feature's bound, which no λ
 * reaches, gets the finite λ where the rule happens to stop.
 *
 * @param rate η
 * @param most steps at most
 */
public record FixedStep(double rate, double tolerance, int most, Stop stop) implements LambdaFit {
    /** When the steps end. */
    public enum Stop {
        /** Once ‖μ* − μ‖ before the step just made was below the tolerance: λ is one step further. */
        AFTER_A_STEP,
        /** Once the largest |μ* − μ| is below the tolerance, before another step. */
        BEFORE_A_STEP
    }

    public FixedStep {
        if (!(rate > 0) || !(tolerance > 0) || most < 1) {
            throw new BadInput("Fixed steps need a rate and a tolerance above 0 and a step or more, not " + rate + ", "
                    + tolerance + " and " + most + ".");
        }
    }

    /** As GDC's program ({@code naver/gdc}) fits. */
    public static FixedStep gdc() {
        return new FixedStep(0.5, 0.01, 1000, Stop.AFTER_A_STEP);
    }

    /** As disco ({@code naver/disco}) fits, in float32 there. */
    public static FixedStep disco() {
        return new FixedStep(0.05, 1e-5, 1000, Stop.BEFORE_A_STEP);
    }

    @Override
    public Found fit(FeatureSample sample, double... moments) {
        sample.check(moments, false);
        double[] lambda = new double[moments.length];
        double error = Double.NaN;
        int steps = 0;
        while (steps < most) {
            double[] gap = LambdaFit.gap(moments, sample.tilt(lambda));
            boolean before = stop == Stop.BEFORE_A_STEP;
            error = before
                    ? LambdaFit.largest(gap)
                    : Math.sqrt(Arrays.stream(gap).map(g -> g * g).sum());
            if (before && error < tolerance) {
                break;
            }
            for (int i = 0; i < lambda.length; i++) {
                lambda[i] += rate * gap[i];
            }
            steps++;
            if (!before && error < tolerance) {
                break;
            }
        }
        return new Found(lambda, steps, error, sample.tilt(lambda));
    }
}
