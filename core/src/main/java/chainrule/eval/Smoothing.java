package chainrule.eval;

import java.util.Arrays;

/**
 * What BLEU puts in place of precisions without a match, which would make the whole score 0 (Chen and Cherry, "A Systematic
 * Comparison of Smoothing Techniques for Sentence-Level BLEU", 2014, whose numbers are given).
 */
public sealed interface Smoothing {
    /**
     * The precisions of orders 1 to {@code order}; NaN for an order of which there are no n-grams.
     *
     * @param counts of those orders and of order 5
     */
    double[] precisions(Bleu.Counts counts, int order);

    /** Nothing: one order without a match makes the score 0. */
    record None() implements Smoothing {
        @Override
        public double[] precisions(Bleu.Counts counts, int order) {
            return each(counts, order, (_, _) -> 0);
        }
    }

    /** Method 1: as if there had been {@code matches} of a match. NLTK's and sacreBLEU's is 0.1. */
    record Floor(double matches) implements Smoothing {
        @Override
        public double[] precisions(Bleu.Counts counts, int order) {
            return each(counts, order, (_, _) -> matches);
        }
    }

    /** Method 2: {@code k} more matches and n-grams of every order but the first (Lin and Och, 2004, with 1). */
    record AddK(double k) implements Smoothing {
        @Override
        public double[] precisions(Bleu.Counts counts, int order) {
            double[] p = each(counts, order, (_, _) -> 0);
            for (int n = 1; n < order; n++) {
                p[n] = (counts.matches()[n] + k) / (counts.totals()[n] + k);
            }
            return p;
        }
    }

    /** Method 3, NIST's and sacreBLEU's: half a match for the first order without one, a quarter for the next, and so on. */
    record Halving() implements Smoothing {
        @Override
        public double[] precisions(Bleu.Counts counts, int order) {
            return each(counts, order, (misses, _) -> Math.pow(2, -misses));
        }
    }

    /**
     * Method 4: method 3's matches times ln(length)/{@code k}, since short texts have high precisions (NLTK's k is 5). A
     * text of one word has no such scale; there an order without a match counts 1, as in NLTK.
     */
    record ByLength(double k) implements Smoothing {
        @Override
        public double[] precisions(Bleu.Counts counts, int order) {
            return counts.length() > 1 ? scaled(counts, order) : each(counts, order, (_, total) -> total);
        }

        /** With ln(1) = 0 for a text of one word. */
        private double[] scaled(Bleu.Counts counts, int order) {
            double scale = Math.log(counts.length()) / k;
            return each(counts, order, (misses, _) -> Math.pow(2, -misses) * scale);
        }
    }

    /**
     * Method 7: method 4, then each precision is the mean of itself, the next order's, and the previous order's after its
     * own averaging; before order 1 stands its precision plus 1. The one after the last is, as in NLTK, always that of
     * order 5. Scores can exceed 1.
     */
    record Neighbours(double k) implements Smoothing {
        @Override
        public double[] precisions(Bleu.Counts counts, int order) {
            double[] p = new ByLength(k).scaled(counts, order);
            double previous = p[0] + 1;
            for (int n = 0; n < order; n++) {
                double next = n + 1 < order ? p[n + 1] : counts.precision(Bleu.Counts.LAST);
                previous = (previous + orZero(p[n]) + orZero(next)) / 3;
                p[n] = Double.isNaN(p[n]) ? p[n] : previous;
            }
            return p;
        }

        private static double orZero(double precision) {
            return Double.isNaN(precision) ? 0 : precision;
        }
    }

    /** How many matches are put in place of none. */
    @FunctionalInterface
    interface Substitute {
        /** @param misses how many orders without a match there have been, this one included */
        double matches(int misses, long total);
    }

    private static double[] each(Bleu.Counts counts, int order, Substitute substitute) {
        double[] p = new double[order];
        Arrays.fill(p, Double.NaN);
        int misses = 0;
        for (int n = 0; n < order; n++) {
            long total = counts.totals()[n];
            if (counts.matches()[n] > 0) {
                p[n] = counts.precision(n + 1);
            } else if (total > 0) {
                misses++;
                p[n] = substitute.matches(misses, total) / total;
            }
        }
        return p;
    }
}
