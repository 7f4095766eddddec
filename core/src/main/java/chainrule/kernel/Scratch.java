package chainrule.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Memory of the calling thread for what lives no longer than a loop's body; it begins with any content. */
final class Scratch {
    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);
    private static final int ALIGNMENT = 64;

    private MemorySegment memory = MemorySegment.NULL;
    private float[] floats = {};
    private int[] ints = {};
    private short[] shorts = {};
    private byte[] heapBytes = {};

    private Scratch() {}

    /** At least {@code count} bytes of native memory, until the thread asks again. */
    static MemorySegment bytes(long count) {
        Scratch scratch = OF_THREAD.get();
        if (scratch.memory.byteSize() < count) {
            scratch.memory = Arena.ofAuto().allocate(Math.max(count, 2 * scratch.memory.byteSize()), ALIGNMENT);
        }
        return scratch.memory;
    }

    /** At least {@code count} numbers of Java memory, until the thread asks again. */
    static float[] floats(int count) {
        Scratch scratch = OF_THREAD.get();
        if (scratch.floats.length < count) {
            scratch.floats = new float[Math.max(count, 2 * scratch.floats.length)];
        }
        return scratch.floats;
    }

    /** As {@link #floats}. */
    static int[] ints(int count) {
        Scratch scratch = OF_THREAD.get();
        if (scratch.ints.length < count) {
            scratch.ints = new int[Math.max(count, 2 * scratch.ints.length)];
        }
        return scratch.ints;
    }

    /** As {@link #floats}. */
    static short[] shorts(int count) {
        Scratch scratch = OF_THREAD.get();
        if (scratch.shorts.length < count) {
            scratch.shorts = new short[Math.max(count, 2 * scratch.shorts.length)];
        }
        return scratch.shorts;
    }

    /** As {@link #floats}. */
    static byte[] heapBytes(int count) {
        Scratch scratch = OF_THREAD.get();
        if (scratch.heapBytes.length < count) {
            scratch.heapBytes = new byte[Math.max(count, 2 * scratch.heapBytes.length)];
        }
        return scratch.heapBytes;
    }
}
