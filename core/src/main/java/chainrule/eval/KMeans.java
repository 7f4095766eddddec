package chainrule.eval;

import chainrule.tensor.Counter;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Lloyd's k-means: every row joins the nearest centre, every centre moves to its rows' mean, until no row changes (Lloyd,
 * "Least Squares Quantization in PCM", 1982). Centres start at rows drawn one after the other with a probability
 * proportional to the squared distance to the nearest centre before (Arthur and Vassilvitskii, "k-means++: The Advantages of
 * Careful Seeding", 2007); the best of several starts is kept.
 *
 * @param clusters no more than there are rows
 * @param starts how many times it is begun
 * @param steps the most moves of the centres from one start
 */
record KMeans(int clusters, int starts, int steps, long seed) {
    /**
     * @param labels the cluster of each row
     * @param squares the sum of squared distances of the rows to their clusters' centres
     */
    record Found(int[] labels, double squares) {}

    /** Clusters the rows of {@code xND}, float64. */
    Found of(Tensor xND) {
        Found best = new Found(new int[0], Double.POSITIVE_INFINITY);
        for (int s = 0; s < starts; s++) {
            Found found = from(xND, Counter.of(seed, s));
            if (found.squares < best.squares) {
                best = found;
            }
        }
        return best;
    }

    private Found from(Tensor xND, Counter draws) {
        try (var _ = new Scope()) {
            Tensor centresKD = xND.index_select(0, Ops.ids(seeds(xND, draws)));
            Tensor ones = torch.ones_like(Ops.slice(xND, 1, 0, 1));
            int[] labels = new int[0];
            double squares = 0;
            for (int step = 0; step <= steps; step++) {
                try (var pass = new Scope()) {
                    Tensor farNK = torch.cdist(xND, centresKD).square();
                    double[] near = doubles(farNK.amin(new long[] {1}, false));
                    int[] next = Arrays.stream(Ops.longs(farNK.argmin(new LongOptional(1), false)))
                            .mapToInt(Math::toIntExact)
                            .toArray();
                    squares = Arrays.stream(near).sum();
                    if (Arrays.equals(next, labels)) {
                        break;
                    }
                    labels = next;
                    centresKD = pass.keep(means(xND, ones, filled(labels, near)));
                }
            }
            return new Found(labels, squares);
        }
    }

    /** The clusters that centres move by: {@code labels}, save that an empty cluster takes the row farthest from its centre. */
    private int[] filled(int[] labels, double... near) {
        int[] all = labels.clone();
        int[] sizes = new int[clusters];
        Arrays.stream(all).forEach(c -> sizes[c]++);
        for (int c = 0; c < clusters; c++) {
            if (sizes[c] == 0) {
                int farthest = IntStream.range(0, all.length)
                        .filter(i -> sizes[all[i]] > 1)
                        .boxed()
                        .max((a, b) -> Double.compare(near[a], near[b]))
                        .orElseThrow();
                sizes[all[farthest]]--;
                sizes[c]++;
                all[farthest] = c;
            }
        }
        return all;
    }

    private Tensor means(Tensor xND, Tensor onesN1, int... labels) {
        Tensor index = Ops.ids(labels);
        Tensor sums = Ops.zeros(ScalarType.Double, clusters, xND.size(1)).index_add(0, index, xND);
        return sums.div(Ops.zeros(ScalarType.Double, clusters, 1).index_add(0, index, onesN1));
    }

    /** The rows that centres start at. */
    private int[] seeds(Tensor xND, Counter draws) {
        int rows = (int) xND.size(0);
        int[] chosen = new int[clusters];
        double[] near = new double[rows];
        Arrays.fill(near, 1);
        for (int c = 0; c < clusters; c++) {
            chosen[c] = draw(draws.uniform(c), near);
            if (c == 0) {
                Arrays.fill(near, Double.POSITIVE_INFINITY);
            }
            try (var _ = new Scope()) {
                Tensor row = Ops.slice(xND, 0, chosen[c], chosen[c] + 1);
                double[] far = doubles(xND.sub(row).square().sum(1));
                Arrays.setAll(near, i -> Math.min(near[i], far[i]));
            }
        }
        return chosen;
    }

    /** An index drawn in proportion to {@code weights}; any where all are 0. */
    private static int draw(double uniform, double... weights) {
        double left = uniform * Arrays.stream(weights).sum();
        int last = 0;
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] > 0) {
                last = i;
                left -= weights[i];
                if (left < 0) {
                    return i;
                }
            }
        }
        return last;
    }

    private static double[] doubles(Tensor x) {
        return Ops.segment(x.contiguous()).toArray(ValueLayout.JAVA_DOUBLE);
    }
}
