package chainrule.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Softmax attention of one row over a cache, where the cache lies. Four sums at a time keep the processor busy while one
 * waits for its last addition.
 *
 * @param queries H
 * @param keys K, a divisor of H
 * @param width N
 */
public record Attend(int queries, int keys, int width) {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    private static final int L = S.length();
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    /** S, the rows of a cache whose keys lie together, element after element: one query's scores are sums of vectors. */
    public static final int BLOCK = 64;

    /**
     * A layer's part of a cache of C rows in float32.
     *
     * @param keys [C/S,K,N,S]
     * @param values [C,K,N], finite to the end
     */
    public record Memory(MemorySegment keys, MemorySegment values) {}

    /**
     * The rows of a cache that one query sees: {@code from} to {@code to - 1}, and of the rows from {@code to} on those
     * that {@code live} names.
     */
    public record Seen(int from, int to, boolean[] live) {
        /** The first row of the first block with a row that is seen. */
        int start() {
            return from / BLOCK * BLOCK;
        }

        int end() {
            return to + live.length;
        }
    }

    private static FloatVector load(MemorySegment m, long at) {
        return FloatVector.fromMemorySegment(S, m, at, LE);
    }

    /** Copies a row's keys and values, which follow its H·N query elements, into row {@code row} of the cache. */
    public void store(MemorySegment qkv, long at, Memory cache, int row) {
        int count = keys * width;
        long key = at + 4L * queries * width;
        long to = key(row / BLOCK, 0) + 4L * (row % BLOCK);
        for (int i = 0; i < count; i++) {
            cache.keys.set(FLOAT, to + 4L * BLOCK * i, qkv.get(FLOAT, key + 4L * i));
        }
        MemorySegment.copy(qkv, key + 4L * count, cache.values, 4L * row * count, 4L * count);
    }

    /** Where the keys of a block begin for key head {@code k}, in bytes. */
    long key(int block, int k) {
        return 4L * BLOCK * width * ((long) block * keys + k);
    }

    /** What scores are multiplied by: 1/√N. */
    float scale() {
        return (float) (1 / Math.sqrt(width));
    }

    /**
     * Query head {@code h} of a row.
     *
     * @param q where the H·N elements of the row's queries begin, rotated
     * @param out where the H·N mixed elements go
     */
    public void head(int h, MemorySegment q, long qAt, Memory cache, Seen seen, MemorySegment out, long outAt) {
        int k = h / (queries / keys);
        int start = seen.start();
        float[] scores = Scratch.floats(Math.ceilDiv(seen.end() - start, BLOCK) * BLOCK);
        score(q, qAt + 4L * h * width, cache, k, seen, scores);
        for (int i = 0; i < seen.live.length; i++) {
            if (!seen.live[i]) {
                scores[seen.to - start + i] = Float.NEGATIVE_INFINITY;
            }
        }
        int skipped = seen.from - start;
        int count = seen.end() - seen.from;
        float sum = Exp.exponentials(scores, skipped, count);
        mix(cache, k, seen.from, count, scores, skipped, 1 / sum, out, outAt + 4L * h * width);
    }

    /** scores[i] = q · key(start + i) / √N for the rows of whole blocks. */
    private void score(MemorySegment q, long qAt, Memory cache, int k, Seen seen, float[] scores) {
        float scale = scale();
        int first = seen.start();
        for (int row = first; row < seen.end(); row += 4 * L) {
            FloatVector a = FloatVector.zero(S);
            FloatVector b = a;
            FloatVector c = a;
            FloatVector e = a;
            long at = key(row / BLOCK, k) + 4L * (row % BLOCK);
            for (int d = 0; d < width; d++) {
                FloatVector v = FloatVector.broadcast(S, q.get(FLOAT, qAt + 4L * d));
                a = load(cache.keys, at).fma(v, a);
                b = load(cache.keys, at + 4L * L).fma(v, b);
                c = load(cache.keys, at + 8L * L).fma(v, c);
                e = load(cache.keys, at + 12L * L).fma(v, e);
                at += 4L * BLOCK;
            }
            int i = row - first;
            a.mul(scale).intoArray(scores, i);
            b.mul(scale).intoArray(scores, i + L);
            c.mul(scale).intoArray(scores, i + 2 * L);
            e.mul(scale).intoArray(scores, i + 3 * L);
        }
    }

    /** out = factor · Σ weights[first + i] · value(from + i). */
    private void mix(
            Memory cache,
            int k,
            int from,
            int count,
            float[] weights,
            int first,
            float factor,
            MemorySegment out,
            long outAt) {
        long stride = 4L * keys * width;
        long head = from * stride + 4L * k * width;
        int d = 0;
        for (; d <= width - 4 * L; d += 4 * L) {
            FloatVector a = FloatVector.zero(S);
            FloatVector b = a;
            FloatVector c = a;
            FloatVector e = a;
            long at = head + 4L * d;
            for (int i = 0; i < count; i++) {
                FloatVector v = FloatVector.broadcast(S, weights[first + i]);
                a = load(cache.values, at).fma(v, a);
                b = load(cache.values, at + 4L * L).fma(v, b);
                c = load(cache.values, at + 8L * L).fma(v, c);
                e = load(cache.values, at + 12L * L).fma(v, e);
                at += stride;
            }
            long to = outAt + 4L * d;
            a.mul(factor).intoMemorySegment(out, to, LE);
            b.mul(factor).intoMemorySegment(out, to + 4L * L, LE);
            c.mul(factor).intoMemorySegment(out, to + 8L * L, LE);
            e.mul(factor).intoMemorySegment(out, to + 12L * L, LE);
        }
        for (; d <= width - L; d += L) {
            FloatVector acc = FloatVector.zero(S);
            long at = head + 4L * d;
            for (int i = 0; i < count; i++) {
                acc = load(cache.values, at).fma(FloatVector.broadcast(S, weights[first + i]), acc);
                at += stride;
            }
            acc.mul(factor).intoMemorySegment(out, outAt + 4L * d, LE);
        }
        for (; d < width; d++) {
            float acc = 0;
            for (int i = 0; i < count; i++) {
                acc = Math.fma(cache.values.get(FLOAT, head + 4L * d + i * stride), weights[first + i], acc);
            }
            out.set(FLOAT, outAt + 4L * d, acc * factor);
        }
    }
}
