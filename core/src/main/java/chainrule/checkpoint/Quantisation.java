package chainrule.checkpoint;

import static java.lang.Float.float16ToFloat;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * How a type keeps blocks of values: whole numbers q in groups, each with a scale s and either a least value m, so that a
 * value is sq + m, or a whole number z that stands for 0, so that it is s(q - z). Blocks of 32 values are those of ggml's
 * {@code block_q*} structures: a float16 scale, in the types that end in _1 a float16 least value, in Q5 a word of fifth
 * bits, then the values, low halves of all bytes before high halves. Larger blocks are {@link KBlocks}.
 *
 * @param bits that hold every q: 4 or 8
 * @param group values of a group
 * @param minimum whether there are least values
 * @param zero z; 0 where there are
 */
record Quantisation(int bits, int group, boolean minimum, int zero, Reader reader) {
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    /** Takes a block apart. */
    @FunctionalInterface
    interface Reader {
        /**
         * @param at where the block begins
         * @param q one number for each value
         * @param scale one for each group
         * @param least likewise; left alone by types without least values
         */
        void read(byte[] in, int at, int[] q, float[] scale, float[] least);
    }

    /** Of a quantised type. */
    static Quantisation of(Dtype dtype) {
        return switch (dtype) {
            case Q4_0 -> new Quantisation(4, 32, false, 8, nibbles(false, false));
            case Q4_1 -> new Quantisation(4, 32, true, 0, nibbles(true, false));
            case Q5_0 -> new Quantisation(8, 32, false, 16, nibbles(false, true));
            case Q5_1 -> new Quantisation(8, 32, true, 0, nibbles(true, true));
            case Q8_0 -> new Quantisation(8, 32, false, 128, Quantisation::bytes);
            case Q2_K -> new Quantisation(4, 16, true, 0, KBlocks::q2);
            case Q3_K -> new Quantisation(4, 16, false, 4, KBlocks::q3);
            case Q4_K -> new Quantisation(4, 32, true, 0, KBlocks::q4);
            case Q5_K -> new Quantisation(8, 32, true, 0, KBlocks::q5);
            case Q6_K -> new Quantisation(8, 16, false, 32, KBlocks::q6);
            default -> throw new IllegalArgumentException(dtype + " is not quantised");
        };
    }

    private static Reader nibbles(boolean minimum, boolean fifth) {
        return (in, at, q, scale, least) -> {
            scale[0] = half(in, at);
            int next = at + 2;
            if (minimum) {
                least[0] = half(in, next);
                next += 2;
            }
            int high = 0;
            if (fifth) {
                high = (int) INT.get(in, next);
                next += 4;
            }
            for (int i = 0; i < 16; i++) {
                int pair = in[next + i];
                q[i] = four(pair, 0) | (one(high, i) << 4);
                q[16 + i] = four(pair, 4) | (one(high, 16 + i) << 4);
            }
        };
    }

    private static void bytes(byte[] in, int at, int[] q, float[] scale, float[] least) {
        scale[0] = half(in, at);
        for (int i = 0; i < 32; i++) {
            q[i] = in[at + 2 + i] + 128;
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
}
