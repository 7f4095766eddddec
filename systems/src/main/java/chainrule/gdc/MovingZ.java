package chainrule.gdc;

import chainrule.BadInput;
import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * The target's mass, Z = E_q[P/q], as the mean over all texts ever drawn for it: each proposal's estimate has no bias, so they
 * can be averaged across proposals.
 */
final class MovingZ {
    private final OptionalDouble limit;
    private double sum;
    private double count;

    /** @param limit that the mean must not exceed: the largest ratios are cut to one value so that it does not */
    MovingZ(OptionalDouble limit) {
        if (limit.isPresent() && !(limit.getAsDouble() > 0)) {
            throw new BadInput("The limit of Z must be above 0, not " + limit.getAsDouble() + ".");
        }
        this.limit = limit;
    }

    /** Takes more texts into account. @return log P as it counts: cut where there is a limit */
    double[] add(double[] logP, double... logQ) {
        double[] ratios = new double[logP.length];
        Arrays.setAll(ratios, j -> Math.exp(logP[j] - logQ[j]));
        double level = limit.isPresent()
                ? level(limit.getAsDouble() * (count + ratios.length) - sum, ratios)
                : Double.POSITIVE_INFINITY;
        double[] counted = logP.clone();
        for (int j = 0; j < ratios.length; j++) {
            if (ratios[j] > level) {
                counted[j] = Math.log(level) + logQ[j];
            }
            sum += Math.min(ratios[j], level);
        }
        count += ratios.length;
        return counted;
    }

    /** The value to which the largest ratios are cut so that all add up to at most {@code room}. */
    private static double level(double room, double... ratios) {
        double[] sorted = ratios.clone();
        Arrays.sort(sorted);
        double below = Arrays.stream(sorted).sum();
        if (below <= room) {
            return Double.POSITIVE_INFINITY;
        }
        int above = 0;
        for (int j = sorted.length - 1; j >= 0; j--) {
            below -= sorted[j];
            above++;
            double level = (room - below) / above;
            if (j == 0 || level >= sorted[j - 1]) {
                return level;
            }
        }
        return Double.POSITIVE_INFINITY;
    }

    /** 0 before the first text. */
    double value() {
        return count == 0 ? 0 : sum / count;
    }

    double[] state() {
        return new double[] {sum, count};
    }

    void restore(double... state) {
        sum = state[0];
        count = state[1];
    }
}
