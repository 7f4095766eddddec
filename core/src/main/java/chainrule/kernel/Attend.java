package chainrule.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Softmax attention of one row over a cache, where the cache lies: keys and values [C,K,N] in float32.
 *
 * @param queries H
 * @param keys K, a divisor of H
 * @param width N
 */
public record Attend(int queries, int keys, int width) {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    /** The rows of a cache that one query sees: {@code from} to {@code to - 1}, then {@code more}, in that order. */
    public record Seen(int from, int to, int[] more) {
        int count() {
            return to - from + more.length;
        }

        int row(int i) {
            return i < to - from ? from + i : more[i - (to - from)];
        }
    }

    /**
     * @param q where the H·N elements of the query begin, rotated
     * @param k the layer's keys
     * @param v the layer's values
     * @param scores room for as many numbers as rows are seen
     * @param out where the H·N mixed elements go
     */
    public void row(MemorySegment q, long qAt, MemorySegment k, MemorySegment v, Seen seen, float[] scores, MemorySegment out, long outAt) {
        int group = queries / keys;
        float scale = (float) (1 / Math.sqrt(width));
        long stride = 4L * keys * width;
        for (int h = 0; h < queries; h++) {
            long head = 4L * (h / group) * width;
            long query = qAt + 4L * h * width;
            int count = seen.count();
            float most = Float.NEGATIVE_INFINITY;
            for (int i = 0; i < count; i++) {
                scores[i] = Loops.dot(q, query, k, seen.row(i) * stride + head, width) * scale;
                most = Math.max(most, scores[i]);
            }
            float sum = exp(scores, count, most);
            mix(v, stride, head, seen, scores, 1 / sum, out, outAt + 4L * h * width);
        }
    }

    /** scores = exp(scores − most); their sum. */
    private static float exp(float[] scores, int count, float most) {
        int i = 0;
        FloatVector acc = FloatVector.zero(S);
        for (; i <= count - S.length(); i += S.length()) {
            FloatVector e = FloatVector.fromArray(S, scores, i).sub(most).lanewise(VectorOperators.EXP);
            e.intoArray(scores, i);
            acc = acc.add(e);
        }
        float sum = acc.reduceLanes(VectorOperators.ADD);
        for (; i < count; i++) {
            scores[i] = (float) Math.exp(scores[i] - most);
            sum += scores[i];
        }
        return sum;
    }

    private void mix(MemorySegment v, long stride, long head, Seen seen, float[] weights, float factor, MemorySegment out, long outAt) {
        int count = seen.count();
        int d = 0;
        for (; d <= width - S.length(); d += S.length()) {
            FloatVector acc = FloatVector.zero(S);
            for (int i = 0; i < count; i++) {
                acc = FloatVector.fromMemorySegment(S, v, seen.row(i) * stride + head + 4L * d, LE).fma(FloatVector.broadcast(S, weights[i]), acc);
            }
            acc.mul(factor).intoMemorySegment(out, outAt + 4L * d, LE);
        }
        for (; d < width; d++) {
            float acc = 0;
            for (int i = 0; i < count; i++) {
                acc = Math.fma(v.get(java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED, seen.row(i) * stride + head + 4L * d), weights[i], acc);
            }
            out.set(java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED, outAt + 4L * d, acc * factor);
        }
    }
}
