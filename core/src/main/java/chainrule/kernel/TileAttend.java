package chainrule.kernel;

import static chainrule.kernel.Attend.BLOCK;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Softmax attention of a prompt's rows over its cache, {@link Attend#BLOCK} rows at a time, by {@link Brgemm}: the rows
 * one head sees are scored block by block, turned into weights, and mix the values. Only blocks that some row sees are
 * looked at.
 */
public final class TileAttend {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    private static final int L = S.length();
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
    private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;
    /** The bytes of one tile of scores, S rows of S. */
    private static final long TILE = 4L * BLOCK * BLOCK;

    private final Attend heads;
    private final Brgemm.Tile score;
    private final Brgemm.Tile mix;
    private final Brgemm.Tile mixMore;

    /**
     * @param stride the distance of the rows' queries in elements
     */
    public TileAttend(Attend heads, int stride) {
        int n = heads.width();
        int values = heads.keys() * n;
        int out = heads.queries() * n;
        this.heads = heads;
        this.score = new Brgemm.Tile(Brgemm.F32, BLOCK, n, stride, BLOCK, BLOCK, false);
        this.mix = new Brgemm.Tile(Brgemm.F32, n, BLOCK, BLOCK, values, out, false);
        this.mixMore = new Brgemm.Tile(Brgemm.F32, n, BLOCK, BLOCK, values, out, true);
    }

    /** Whether this processor and this libtorch have the code for it. */
    public static boolean here() {
        return Brgemm.F32.here();
    }

    /**
     * All heads of a prompt's rows.
     *
     * @param qkv the rows' queries, rotated, with what {@code stride} leaves room for
     * @param seen what each row sees: rows that follow one another, none apart
     * @param out the mixed heads
     */
    public void apply(Rows qkv, Attend.Memory cache, Attend.Seen[] seen, Rows out) {
        int blocks = Math.ceilDiv(seen.length, BLOCK);
        Workers.eachInTurn(blocks * heads.queries(), unit -> {
            // The last rows see most, and come first.
            int row = (blocks - 1 - unit / heads.queries()) * BLOCK;
            block(unit % heads.queries(), row, Math.min(BLOCK, seen.length - row), qkv, cache, seen, out);
        });
    }

    private void block(int h, int row, int count, Rows qkv, Attend.Memory cache, Attend.Seen[] seen, Rows out) {
        int k = h / (heads.queries() / heads.keys());
        int rows = Math.ceilDiv(count, Rows.GROUP) * Rows.GROUP;
        int first = seen[row].start() / BLOCK;
        int tiles = Math.ceilDiv(seen[row + count - 1].end(), BLOCK) - first;
        MemorySegment scores = Scratch.bytes(TILE * tiles);
        MemorySegment queries = qkv.memory().asSlice(qkv.at(row) + 4L * h * heads.width());
        for (int t = 0; t < tiles; t++) {
            score.apply(rows, queries, cache.keys().asSlice(heads.key(first + t, k)), scores.asSlice(TILE * t));
        }
        float[] factors = new float[count];
        for (int r = 0; r < count; r++) {
            int start = first * BLOCK;
            factors[r] = 1
                    / softmax(scores, 4L * BLOCK * r, tiles, seen[row + r].from() - start, seen[row + r].to() - start);
        }
        long head = out.at(row) + 4L * h * heads.width();
        for (int t = 0; t < tiles; t++) {
            long value = 4L * heads.width() * ((long) (first + t) * BLOCK * heads.keys() + k);
            (t == 0 ? mix : mixMore)
                    .apply(
                            rows,
                            scores.asSlice(TILE * t),
                            cache.values().asSlice(value),
                            out.memory().asSlice(head));
        }
        Brgemm.release();
        for (int r = 0; r < count; r++) {
            Loops.scale(out.memory(), head + out.at(r), factors[r], heads.width());
        }
    }

    /**
     * Turns one row's scores, which lie S at a time in {@code tiles} tiles, into weights of rows {@code from} to
     * {@code to - 1} and into 0 elsewhere.
     *
     * @return the sum of the weights
     */
    private float softmax(MemorySegment scores, long at, int tiles, int from, int to) {
        int first = from / L * L;
        int last = Math.ceilDiv(to, L) * L;
        for (int i = first; i < from; i++) {
            scores.set(FLOAT, place(at, i), Float.NEGATIVE_INFINITY);
        }
        for (int i = to; i < last; i++) {
            scores.set(FLOAT, place(at, i), Float.NEGATIVE_INFINITY);
        }
        FloatVector most = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
        for (int i = first; i < last; i += L) {
            most = most.max(FloatVector.fromMemorySegment(S, scores, place(at, i), LE));
        }
        float largest = most.reduceLanes(VectorOperators.MAX);
        FloatVector sum = FloatVector.zero(S);
        for (int i = first; i < last; i += L) {
            FloatVector score = FloatVector.fromMemorySegment(S, scores, place(at, i), LE);
            FloatVector e = Exp.exp(score.sub(largest).mul(heads.scale()));
            e.intoMemorySegment(scores, place(at, i), LE);
            sum = sum.add(e);
        }
        for (int t = 0; t < tiles; t++) {
            clear(scores, at + TILE * t, 0, Math.min(BLOCK, first - t * BLOCK));
            clear(scores, at + TILE * t, Math.max(0, last - t * BLOCK), BLOCK);
        }
        return Exp.sum(sum);
    }

    /** Where a row's {@code i}-th score lies. */
    private static long place(long at, int i) {
        return at + TILE * (i / BLOCK) + 4L * (i % BLOCK);
    }

    private static void clear(MemorySegment scores, long at, int from, int to) {
        if (from < to) {
            scores.asSlice(at + 4L * from, 4L * (to - from)).fill((byte) 0);
        }
    }
}
