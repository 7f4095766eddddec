package chainrule.train;

import chainrule.Spec;
import chainrule.objective.Mean;
import chainrule.objective.Objective;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The means of an objective over some batches, added up. */
final class Means {
    private final List<Spec.Weighted<Mean>> all;
    private final double[] sums;
    private final double[] terms;

    Means(Objective objective) {
        all = objective.means();
        sums = new double[all.size()];
        terms = new double[all.size()];
    }

    /** Adds one batch's. */
    void add(double[] batchSums, double... batchTerms) {
        for (int k = 0; k < sums.length; k++) {
            sums[k] += batchSums[k];
            terms[k] += batchTerms[k];
        }
    }

    /** Whether there is anything to take the mean of. */
    boolean any() {
        for (double t : terms) {
            if (t > 0) {
                return true;
            }
        }
        return false;
    }

    /** Σ weight · mean. */
    double total() {
        double total = 0;
        for (int k = 0; k < sums.length; k++) {
            total += all.get(k).weight() * mean(k);
        }
        return total;
    }

    /** Each by its name after {@code prefix}, where there are several. Means of one name are told apart by number. */
    SortedMap<String, Double> named(String prefix) {
        SortedMap<String, Double> named = new TreeMap<>();
        for (int k = 0; k < sums.length && sums.length > 1; k++) {
            String name = prefix + all.get(k).method().name();
            int more = 2;
            String free = name;
            while (named.containsKey(free)) {
                free = name + "-" + more++;
            }
            named.put(free, mean(k));
        }
        return named;
    }

    private double mean(int k) {
        return terms[k] > 0 ? sums[k] / terms[k] : 0;
    }
}
