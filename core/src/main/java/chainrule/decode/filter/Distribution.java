package chainrule.decode.filter;

import java.util.Arrays;

/**
 * The probabilities that scores stand for: their softmax, in double precision. It reads the scores when asked, so it
 * holds until they change.
 *
 * @param scores unnormalised log-probabilities
 * @param normaliser log Σ exp(scores)
 */
public record Distribution(float[] scores, double normaliser) {
    private static final int BLOCK = 512;
    private static final int FEW = 256;

    public static Distribution of(float[] scores) {
        float max = scores[best(scores)];
        double sum = 0;
        double[] block = new double[BLOCK];
        for (int from = 0; from < scores.length; from += BLOCK) {
            int count = Math.min(BLOCK, scores.length - from);
            exponentials(scores, from, count, max, block);
            double a = 0;
            double b = 0;
            for (int i = 0; i + 1 < count; i += 2) {
                a += block[i];
                b += block[i + 1];
            }
            sum += a + b + (count % 2 == 0 ? 0 : block[count - 1]);
        }
        return new Distribution(scores, max + Math.log(sum));
    }

    /**
     * exp(score - most), or exp(-88) where that is less: exp(x / 1024) by its series, squared ten times. Within 1e-10 of
     * itself where it counts, above exp(-20). Compilers turn it into vector instructions, which {@link Math#exp} is not.
     */
    private static void exponentials(float[] scores, int from, int count, double most, double[] to) {
        for (int i = 0; i < count; i++) {
            double x = Math.max(scores[from + i] - most, -88) / 1024;
            double y = 1 + x * (1 + x * (1.0 / 2 + x * (1.0 / 6 + x * (1.0 / 24 + x * (1.0 / 120)))));
            y *= y;
            y *= y;
            y *= y;
            y *= y;
            y *= y;
            y *= y;
            y *= y;
            y *= y;
            y *= y;
            y *= y;
            to[i] = y;
        }
    }

    public double logProbability(int token) {
        return scores[token] - normaliser;
    }

    public double probability(int token) {
        return Math.exp(scores[token] - normaliser);
    }

    /** Every token's probability; 0 where the score is -∞. */
    public double[] probabilities() {
        double[] all = new double[scores.length];
        double[] block = new double[BLOCK];
        for (int from = 0; from < scores.length; from += BLOCK) {
            int count = Math.min(BLOCK, scores.length - from);
            exponentials(scores, from, count, normaliser, block);
            for (int i = 0; i < count; i++) {
                all[from + i] = scores[from + i] == Float.NEGATIVE_INFINITY ? 0 : block[i];
            }
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

    /** The token at which the probabilities, added up in the tokens' order, exceed {@code u}, a number from 0 to 1. */
    public int draw(double u) {
        double left = u;
        int token = best(scores);
        double[] block = new double[BLOCK];
        for (int from = 0; from < scores.length; from += BLOCK) {
            int count = Math.min(BLOCK, scores.length - from);
            exponentials(scores, from, count, normaliser, block);
            for (int i = 0; i < count; i++) {
                if (scores[from + i] != Float.NEGATIVE_INFINITY) {
                    token = from + i;
                    left -= block[i];
                    if (left < 0) {
                        return token;
                    }
                }
            }
        }
        return token;
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

    /** Removes every token with a smaller score. */
    static void keepFrom(double least, float[] scores) {
        for (int i = 0; i < scores.length; i++) {
            if (scores[i] < least) {
                scores[i] = Float.NEGATIVE_INFINITY;
            }
        }
    }

    /** Removes every token but the first {@code count} of {@code tokens}. */
    static void keepFirst(int count, int[] tokens, float[] scores) {
        float[] kept = new float[count];
        for (int i = 0; i < count; i++) {
            kept[i] = scores[tokens[i]];
        }
        Arrays.fill(scores, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < count; i++) {
            scores[tokens[i]] = kept[i];
        }
    }

    /** Keeps the fewest tokens with the largest keys that have at least the probability {@code mass} together. */
    void keepMass(double mass, float[] keys) {
        int[] tokens = best(FEW, keys);
        double sum = probability(tokens[0]);
        int count = 1;
        while (sum < mass && count < keys.length) {
            if (count == tokens.length) {
                tokens = best(4 * count, keys);
            }
            sum += probability(tokens[count++]);
        }
        keepFirst(count, tokens, scores);
    }
}
