package chainrule.decode;

import chainrule.kernel.Loops;
import chainrule.kernel.Workers;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** The directions of a text's latest hidden vectors, in native memory, and how near others come to them. */
final class UnitVectors implements AutoCloseable {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
    private static final int FIRST_ROOM = 64;

    private final int most;
    private @Nullable Tensor held;
    private MemorySegment kept = MemorySegment.NULL;
    private int room;
    private int added;

    /** @param most how many are kept: the latest */
    UnitVectors(int most) {
        this.most = most;
    }

    /** Adds the directions of vectors [R,D]; a vector of length 0 has none and is near to nothing. */
    void add(Tensor vectors) {
        MemorySegment from = memory(vectors);
        int count = (int) vectors.size(0);
        int width = (int) vectors.size(1);
        reserve(count, width);
        for (int i = 0; i < count; i++) {
            long at = (long) i * width;
            long to = (long) (added++ % most) * width;
            float factor = factor(from, at, width);
            for (int d = 0; d < width; d++) {
                kept.setAtIndex(FLOAT, to + d, factor * from.getAtIndex(FLOAT, at + d));
            }
        }
    }

    /** For each of the vectors [R,D] the largest cosine with those kept; 0 where there are none. */
    double[] nearest(Tensor vectors) {
        MemorySegment from = memory(vectors);
        int width = (int) vectors.size(1);
        int count = Math.min(added, most);
        double[] nearest = new double[(int) vectors.size(0)];
        Workers.each(count == 0 ? 0 : nearest.length, i -> {
            float largest = Float.NEGATIVE_INFINITY;
            for (int row = 0; row < count; row++) {
                largest = Math.max(largest, Loops.dot(from, 4L * i * width, kept, 4L * row * width, width));
            }
            nearest[i] = largest * factor(from, (long) i * width, width);
        });
        return nearest;
    }

    private static MemorySegment memory(Tensor vectors) {
        return Ops.segment(vectors.to(ScalarType.Float).contiguous());
    }

    /** What makes the length of the vector that begins with element {@code at} 1. */
    private static float factor(MemorySegment x, long at, int width) {
        float square = Loops.dot(x, 4 * at, x, 4 * at, width);
        return square > 0 ? (float) (1 / Math.sqrt(square)) : 0;
    }

    private void reserve(int more, int width) {
        int needed = (int) Math.min((long) added + more, most);
        if (needed <= room) {
            return;
        }
        int larger = (int) Math.min(most, Math.max(needed, Math.max(FIRST_ROOM, 2L * room)));
        try (var _ = new Scope()) {
            Tensor grown = Scope.own(Ops.empty(ScalarType.Float, larger, width));
            Ops.segment(grown).copyFrom(kept);
            close();
            held = grown;
        }
        kept = Ops.segment(held);
        room = larger;
    }

    @Override
    public void close() {
        if (held != null) {
            Scope.free(held);
        }
    }
}
