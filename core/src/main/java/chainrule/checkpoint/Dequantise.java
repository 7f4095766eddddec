package chainrule.checkpoint;

import static java.lang.Float.float16ToFloat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * Stored numbers as float32. Blocks of 32 values are those of ggml's {@code block_q*} structures: a float16 scale d, in
 * the types that end in _1 a float16 minimum m, then the values, low halves of all bytes before high halves. Results
 * equal gguf-py's {@code dequantize} bit for bit: float32 products and sums in the same order.
 */
final class Dequantise {
    private static final int CHUNK = 1 << 16;
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Dequantise() {}

    /** One type's way to read values. */
    @FunctionalInterface
    interface Block {
        /** Reads {@code count} blocks from the start of {@code in} to the start of {@code out}. */
        void read(byte[] in, float[] out, int count);
    }

    /** The reader of a type; none for types without fractions. */
    static Optional<Block> of(Dtype dtype) {
        return switch (dtype) {
            case F32 -> Optional.of(Dequantise::f32);
            case F16 -> Optional.of(Dequantise::f16);
            case BF16 -> Optional.of(Dequantise::bf16);
            case F64 -> Optional.of(Dequantise::f64);
            case Q4_0 -> Optional.of(Dequantise::q40);
            case Q4_1 -> Optional.of(Dequantise::q41);
            case Q5_0 -> Optional.of(Dequantise::q50);
            case Q5_1 -> Optional.of(Dequantise::q51);
            case Q8_0 -> Optional.of(Dequantise::q80);
            case Q2_K -> Optional.of(KBlocks::q2);
            case Q3_K -> Optional.of(KBlocks::q3);
            case Q4_K -> Optional.of(KBlocks::q4);
            case Q5_K -> Optional.of(KBlocks::q5);
            case Q6_K -> Optional.of(KBlocks::q6);
            default -> Optional.empty();
        };
    }

    /** Reads all of {@code from} into {@code to}, 4 bytes a value. */
    static void all(Dtype dtype, Block block, MemorySegment from, MemorySegment to) {
        int most = CHUNK / dtype.blockBytes();
        byte[] in = new byte[most * dtype.blockBytes()];
        float[] out = new float[most * dtype.block()];
        long blocks = from.byteSize() / dtype.blockBytes();
        for (long done = 0; done < blocks; done += most) {
            int count = (int) Math.min(most, blocks - done);
            MemorySegment.copy(
                    from, ValueLayout.JAVA_BYTE, done * dtype.blockBytes(), in, 0, count * dtype.blockBytes());
            block.read(in, out, count);
            long place = done * dtype.block() * Float.BYTES;
            MemorySegment.copy(out, 0, to, ValueLayout.JAVA_FLOAT_UNALIGNED, place, count * dtype.block());
        }
    }

    static float half(byte[] in, int at) {
        return float16ToFloat((short) SHORT.get(in, at));
    }

    /** Four bits of a byte, from bit {@code shift} on. */
    static int four(int packed, int shift) {
        return (packed >> shift) & 15;
    }

    /** Two bits of a byte, likewise. */
    static int two(int packed, int shift) {
        return (packed >> shift) & 3;
    }

    /** A single bit. */
    static int one(int packed, int shift) {
        return (packed >> shift) & 1;
    }

    private static void f32(byte[] in, float[] out, int count) {
        for (int i = 0; i < count; i++) {
            out[i] = Float.intBitsToFloat((int) INT.get(in, 4 * i));
        }
    }

    private static void f16(byte[] in, float[] out, int count) {
        for (int i = 0; i < count; i++) {
            out[i] = half(in, 2 * i);
        }
    }

    private static void bf16(byte[] in, float[] out, int count) {
        for (int i = 0; i < count; i++) {
            out[i] = Float.intBitsToFloat((short) SHORT.get(in, 2 * i) << 16);
        }
    }

    private static void f64(byte[] in, float[] out, int count) {
        for (int i = 0; i < count; i++) {
            out[i] = (float) Double.longBitsToDouble((long) LONG.get(in, 8 * i));
        }
    }

    /** d(q - 8). */
    private static void q40(byte[] in, float[] out, int count) {
        for (int b = 0, at = 0, to = 0; b < count; b++, at += 18, to += 32) {
            float d = half(in, at);
            for (int i = 0; i < 16; i++) {
                int pair = in[at + 2 + i];
                out[to + i] = d * (four(pair, 0) - 8);
                out[to + 16 + i] = d * (four(pair, 4) - 8);
            }
        }
    }

    /** dq + m. */
    private static void q41(byte[] in, float[] out, int count) {
        for (int b = 0, at = 0, to = 0; b < count; b++, at += 20, to += 32) {
            float d = half(in, at);
            float m = half(in, at + 2);
            for (int i = 0; i < 16; i++) {
                int pair = in[at + 4 + i];
                out[to + i] = d * four(pair, 0) + m;
                out[to + 16 + i] = d * four(pair, 4) + m;
            }
        }
    }

    /** d(q - 16); the fifth bit of value i is bit i of a word before the values. */
    private static void q50(byte[] in, float[] out, int count) {
        for (int b = 0, at = 0, to = 0; b < count; b++, at += 22, to += 32) {
            float d = half(in, at);
            int high = (int) INT.get(in, at + 2);
            for (int i = 0; i < 16; i++) {
                int pair = in[at + 6 + i];
                out[to + i] = d * ((four(pair, 0) | (one(high, i) << 4)) - 16);
                out[to + 16 + i] = d * ((four(pair, 4) | (one(high, i + 16) << 4)) - 16);
            }
        }
    }

    /** dq + m, with fifth bits as in Q5_0. */
    private static void q51(byte[] in, float[] out, int count) {
        for (int b = 0, at = 0, to = 0; b < count; b++, at += 24, to += 32) {
            float d = half(in, at);
            float m = half(in, at + 2);
            int high = (int) INT.get(in, at + 4);
            for (int i = 0; i < 16; i++) {
                int pair = in[at + 8 + i];
                out[to + i] = d * (four(pair, 0) | (one(high, i) << 4)) + m;
                out[to + 16 + i] = d * (four(pair, 4) | (one(high, i + 16) << 4)) + m;
            }
        }
    }

    /** dq. */
    private static void q80(byte[] in, float[] out, int count) {
        for (int b = 0, at = 0, to = 0; b < count; b++, at += 34, to += 32) {
            float d = half(in, at);
            for (int i = 0; i < 32; i++) {
                out[to + i] = d * in[at + 2 + i];
            }
        }
    }
}
