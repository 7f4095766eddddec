package chainrule.gdc;

import java.util.ArrayDeque;
import java.util.Deque;

/** The mean of the last values of a reward, which is taken off the next ones. */
final class MovingBaseline {
    private final int window;
    private final Deque<Double> last = new ArrayDeque<>();

    /** @param window how many values; 0: nothing is taken off */
    MovingBaseline(int window) {
        this.window = window;
    }

    /** {@code rewards} without the mean of those before them, which is 0 at first; then they count among the last. */
    double[] advantages(double... rewards) {
        double mean = mean();
        double[] all = rewards.clone();
        for (int j = 0; j < all.length; j++) {
            all[j] -= mean;
            last.addLast(rewards[j]);
            if (last.size() > window) {
                last.removeFirst();
            }
        }
        return all;
    }

    double mean() {
        return last.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    }

    double[] state() {
        return last.stream().mapToDouble(Double::doubleValue).toArray();
    }

    void restore(double... values) {
        last.clear();
        for (double v : values) {
            last.addLast(v);
        }
    }
}
