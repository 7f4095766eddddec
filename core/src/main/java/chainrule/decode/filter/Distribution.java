package chainrule.decode.filter;

import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * The probabilities that scores stand for: their softmax, in double precision. It reads the scores when asked, so it
 * holds until they change.
 *
 * @param scores unnormalised log-probabilities
 * @param normaliser log Σ exp(scores)
 */
public record Distribution(float[] scores, double normaliser) {
    /** One pass for the largest score, one for the sum. */
    public static Distribution of(float[] scores) {
        float max = Float.NEGATIVE_INFINITY;
        for (float s : scores) {
            max = Math.max(max, s);
        }
        double sum = 0;
        for (float s : scores) {
            if (s != Float.NEGATIVE_INFINITY) {
                sum += Math.exp(s - (double) max);
            }
        }
        return new Distribution(scores, max + Math.log(sum));
    }

    public double logProbability(int token) {
        return scores[token] - normaliser;
    }

    public double probability(int token) {
        return Math.exp(scores[token] - normaliser);
    }

    /** Of every token. */
    double[] probabilities() {
        double[] all = new double[scores.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = scores[i] == Float.NEGATIVE_INFINITY ? 0 : probability(i);
        }
        return all;
    }

    /** -Σ p log p, in nats. */
    double entropy() {
        double sum = 0;
        for (int i = 0; i < scores.length; i++) {
            if (scores[i] != Float.NEGATIVE_INFINITY) {
                sum -= probability(i) * logProbability(i);
            }
        }
        return sum;
    }

    /** The token with the largest score, the first of equals. */
    public static int best(float[] scores) {
        int best = 0;
        float most = scores[0];
        for (int i = 1; i < scores.length; i++) {
            if (scores[i] > most) {
                most = scores[i];
                best = i;
            }
        }
        return best;
    }

    /** The {@code count} tokens with the largest scores, best first, the first of equals first; fewer where there are fewer. */
    public static int[] best(int count, float[] scores) {
        long[] heap = new long[Math.min(count, scores.length)];
        if (heap.length == 0) {
            return new int[0];
        }
        for (int i = 0; i < heap.length; i++) {
            heap[i] = key(scores[i], i);
        }
        Arrays.sort(heap);
        float least = scores[token(heap[0])];
        for (int i = heap.length; i < scores.length; i++) {
            if (scores[i] > least) {
                replaceLeast(heap, key(scores[i], i));
                least = scores[token(heap[0])];
            }
        }
        Arrays.sort(heap);
        int[] best = new int[heap.length];
        for (int i = 0; i < best.length; i++) {
            best[i] = token(heap[best.length - 1 - i]);
        }
        return best;
    }

    /** The tokens that {@code which} picks, by ascending {@code keys}, of equals the last first. */
    static int[] ascending(float[] keys, IntPredicate which) {
        long[] sorted = new long[keys.length];
        int count = 0;
        for (int i = 0; i < keys.length; i++) {
            if (which.test(i)) {
                sorted[count++] = key(keys[i], i);
            }
        }
        Arrays.sort(sorted, 0, count);
        return Arrays.stream(sorted, 0, count).mapToInt(Distribution::token).toArray();
    }

    /** Orders by the value, then by the token's place from the end. */
    private static long key(float value, int token) {
        int bits = Float.floatToIntBits(value);
        int ordered = bits ^ (bits >> 31 & Integer.MAX_VALUE);
        return (long) ordered << 32 | Integer.MAX_VALUE - token;
    }

    private static int token(long key) {
        return Integer.MAX_VALUE - (int) key;
    }

    private static void replaceLeast(long[] heap, long key) {
        int at = 0;
        while (true) {
            int child = 2 * at + 1;
            if (child + 1 < heap.length && heap[child + 1] < heap[child]) {
                child++;
            }
            if (child >= heap.length || key <= heap[child]) {
                heap[at] = key;
                return;
            }
            heap[at] = heap[child];
            at = child;
        }
    }

    /** Removes every token that {@code which} does not pick. */
    static void keep(float[] scores, IntPredicate which) {
        for (int i = 0; i < scores.length; i++) {
            if (!which.test(i)) {
                scores[i] = Float.NEGATIVE_INFINITY;
            }
        }
    }
}
