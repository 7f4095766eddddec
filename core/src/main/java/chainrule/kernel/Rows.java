package chainrule.kernel;

import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** Rows of float32, reused from pass to pass: one memory, seen as a segment by Java and as a tensor by libtorch. */
public final class Rows implements AutoCloseable {
    private static final int ALIGNMENT = 64;

    /** The capacity is a multiple of it, so that kernels may work on whole groups of rows. */
    static final int GROUP = 16;

    private final int width;
    private @Nullable Arena arena;
    private MemorySegment memory = MemorySegment.NULL;
    private int capacity;
    private final Map<Integer, Tensor> tensors = new HashMap<>();

    public Rows(int width) {
        this.width = width;
    }

    public int width() {
        return width;
    }

    /** Room for {@code rows} rows; those already there stay, new ones are zero. */
    public void reserve(int rows) {
        if (rows > capacity) {
            int count = Math.ceilDiv(rows, GROUP) * GROUP;
            Arena larger = Arena.ofShared();
            MemorySegment room = unchecked(larger.allocate((long) count * width * Float.BYTES, ALIGNMENT));
            room.copyFrom(memory);
            close();
            arena = larger;
            capacity = count;
            memory = room;
        }
    }

    /** The same memory without its life: every call of machine code would count itself into a shared arena and out. */
    @SuppressWarnings("restricted")
    private static MemorySegment unchecked(MemorySegment memory) {
        return MemorySegment.ofAddress(memory.address()).reinterpret(memory.byteSize());
    }

    /** Valid until the rows grow or close. */
    public MemorySegment memory() {
        return memory;
    }

    /** Where row {@code row} begins, in bytes. */
    public long at(int row) {
        return (long) row * width * Float.BYTES;
    }

    /** The first {@code count} rows: [count,width], valid until the rows grow or close. */
    public Tensor tensor(int count) {
        return tensors.computeIfAbsent(count, n -> {
            try (var _ = new Scope()) {
                return Scope.own(Ops.over(memory, ScalarType.Float, n, width));
            }
        });
    }

    public float get(int row, int column) {
        return memory.get(ValueLayout.JAVA_FLOAT, at(row) + (long) column * Float.BYTES);
    }

    @Override
    public void close() {
        tensors.values().forEach(Scope::free);
        tensors.clear();
        if (arena != null) {
            arena.close();
            arena = null;
        }
        capacity = 0;
        memory = MemorySegment.NULL;
    }
}
