package chainrule.eval;

import chainrule.BadInput;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * How far two histograms P and Q over the same buckets differ, as a curve: for mixtures R = wP + (1 − w)Q it shows what of Q
 * is missed against what of P is (Pillutla et al., "MAUVE: Measuring the Gap Between Neural Text and Human Text using
 * Divergence Frontiers", 2021).
 *
 * <pre>(exp(−c KL(Q‖R)), exp(−c KL(P‖R))) for w from 10⁻⁶ to 1 − 10⁻⁶, between (1, 0) and (0, 1)</pre>
 *
 * <p>A bucket that is empty in P adds nothing to KL(P‖R): 0 ln 0 = 0. Logarithms are natural.
 *
 * @param p shares that sum to 1
 * @param q shares that sum to 1
 * @param scaling c; 5 in the paper
 * @param points of the curve without its two ends; 25 in the paper
 */
public record Frontier(double[] p, double[] q, double scaling, int points) {
    private static final double FIRST = 1e-6;
    private static final double ONE_BUCKET = 0.75;
    /** Shares closer than this are one. */
    private static final double SAME = 1e-8;

    public Frontier {
        if (p.length == 0 || p.length != q.length) {
            throw new BadInput("Histograms of " + p.length + " and " + q.length
                    + " buckets cannot be compared: give both the same number, one or more.");
        }
        if (!(scaling > 0) || points < 2) {
            throw new BadInput(
                    "The scaling must be above 0 and the points 2 or more, not " + scaling + " and " + points + ".");
        }
    }

    /**
     * Of counts.
     *
     * @param extra added to every count: 0, or 1/2 for the smoothing of Krichevsky and Trofimov, which the authors
     *     suggest (Pillutla et al., "MAUVE Scores for Generative Models: Theory and Practice", 2023)
     * @throws BadInput where one side has no counts at all
     */
    public static Frontier of(long[] p, long[] q, double extra, double scaling, int points) {
        return new Frontier(shares(p, extra), shares(q, extra), scaling, points);
    }

    private static double[] shares(long[] counts, double extra) {
        double sum = Arrays.stream(counts).sum() + counts.length * extra;
        if (!(sum > 0)) {
            throw new BadInput("A histogram without counts has no shares: give it at least one text.");
        }
        return Arrays.stream(counts).mapToDouble(c -> (c + extra) / sum).toArray();
    }

    /** The curve's points in order: [points + 2][2]. */
    public double[][] curve() {
        double[][] curve = new double[points + 2][];
        curve[0] = new double[] {1, 0};
        double step = (1 - 2 * FIRST) / (points - 1);
        for (int i = 0; i < points; i++) {
            double w = i == points - 1 ? 1 - FIRST : FIRST + i * step;
            double[] r = new double[p.length];
            Arrays.setAll(r, b -> w * p[b] + (1 - w) * q[b]);
            curve[i + 1] = new double[] {Math.exp(-scaling * kl(q, r)), Math.exp(-scaling * kl(p, r))};
        }
        curve[points + 1] = new double[] {0, 1};
        return curve;
    }

    private static double kl(double[] from, double... to) {
        double sum = 0;
        for (int b = 0; b < from.length; b++) {
            if (from[b] > 0) {
                sum += from[b] * Math.log(from[b] / to[b]);
            }
        }
        return Math.max(0, sum);
    }

    /**
     * MAUVE, from 0 to 1: the mean of the areas under the curve seen from either axis, by trapezoids. Equal histograms have 1.
     * Where one bucket holds all of both the answer is 0.75, as in the authors' package: every point but the ends is then
     * (1, 1), and its sort puts an end before them. In equal histograms of more buckets rounding decides that there.
     */
    public double area() {
        if (IntStream.range(0, p.length).anyMatch(b -> p[b] == 1 && q[b] == 1)) {
            return ONE_BUCKET;
        }
        double[][] curve = curve();
        return (area(curve, 0, 1) + area(curve, 1, 0)) / 2;
    }

    private static double area(double[][] curve, int x, int y) {
        double[][] sorted = curve.clone();
        Arrays.sort(
                sorted,
                Comparator.<double[]>comparingDouble(point -> point[x]).thenComparingDouble(point -> -point[y]));
        return IntStream.range(1, sorted.length)
                .mapToDouble(i -> (sorted[i][x] - sorted[i - 1][x]) * (sorted[i][y] + sorted[i - 1][y]) / 2)
                .sum();
    }

    /**
     * The frontier integral, 0 for equal histograms to 1 for disjoint ones: a summary without a scaling (Liu et al.,
     * "Divergence Frontiers for Generative Models", 2021).
     *
     * <pre>Σ[b] (p + q)/2 − p q (ln p − ln q)/(p − q)</pre>
     */
    public double integral() {
        double sum = 0;
        for (int b = 0; b < p.length; b++) {
            if (p[b] == 0 || q[b] == 0) {
                sum += (p[b] + q[b]) / 2;
            } else if (Math.abs(p[b] - q[b]) > SAME) {
                sum += (p[b] + q[b]) / 2 - p[b] * q[b] * (Math.log(p[b]) - Math.log(q[b])) / (p[b] - q[b]);
            }
        }
        return sum;
    }
}
