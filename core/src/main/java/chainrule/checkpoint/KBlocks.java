package chainrule.checkpoint;

import static chainrule.checkpoint.Quantisation.four;
import static chainrule.checkpoint.Quantisation.half;
import static chainrule.checkpoint.Quantisation.one;
import static chainrule.checkpoint.Quantisation.two;

/**
 * ggml's "K" blocks of 256 values in groups of 16 or 32, each with a quantised scale of its own (and a minimum, to be taken
 * away, in Q2_K, Q4_K and Q5_K) under one float16 scale d (and dmin) of the whole block.
 */
final class KBlocks {
    private KBlocks() {}

    /** Scales and minima of 16 values: 4 bits each. Values: 2 bits, four planes over 32 bytes, twice. */
    static void q2(byte[] in, int at, int[] q, float[] scale, float[] least) {
        float d = half(in, at + 80);
        float dmin = half(in, at + 82);
        for (int group = 0; group < 16; group++) {
            int packed = in[at + group];
            scale[group] = d * four(packed, 0);
            least[group] = -(dmin * four(packed, 4));
            int from = at + 16 + plane(group);
            int shift = group / 2 % 4 * 2;
            for (int i = 0; i < 16; i++) {
                q[group * 16 + i] = two(in[from + i], shift);
            }
        }
    }

    /** Where the bytes of a group of 16 begin within planes over 32 bytes, four to a half of the block. */
    private static int plane(int group) {
        return group / 8 * 32 + group % 2 * 16;
    }

    /** Scales of 16 values: 6 bits less 32. Values: 2 bits as in Q2_K, and a third in a mask, less 4. */
    static void q3(byte[] in, int at, int[] q, float[] scale, float[] least) {
        float d = half(in, at + 108);
        for (int group = 0; group < 16; group++) {
            int low = four(in[at + 96 + group % 8], group / 8 * 4);
            int high = two(in[at + 104 + group % 4], group / 4 * 2);
            scale[group] = d * ((low | (high << 4)) - 32);
            int from = at + 32 + plane(group);
            int shift = group / 2 % 4 * 2;
            int mask = at + group % 2 * 16;
            for (int i = 0; i < 16; i++) {
                q[group * 16 + i] = two(in[from + i], shift) | (one(in[mask + i], group / 2) << 2);
            }
        }
    }

    /** Scales and minima of 32 values: 6 bits each, in 12 bytes. Values: 4 bits. */
    static void q4(byte[] in, int at, int[] q, float[] scale, float[] least) {
        scales(in, at, scale, least);
        for (int group = 0; group < 8; group++) {
            int from = at + 16 + group / 2 * 32;
            for (int i = 0; i < 32; i++) {
                q[group * 32 + i] = four(in[from + i], group % 2 * 4);
            }
        }
    }

    /** Q4_K with a fifth bit: bit g of 32 bytes for group g. */
    static void q5(byte[] in, int at, int[] q, float[] scale, float[] least) {
        scales(in, at, scale, least);
        for (int group = 0; group < 8; group++) {
            int from = at + 48 + group / 2 * 32;
            for (int i = 0; i < 32; i++) {
                q[group * 32 + i] = four(in[from + i], group % 2 * 4) | (one(in[at + 16 + i], group) << 4);
            }
        }
    }

    private static void scales(byte[] in, int at, float[] scale, float[] least) {
        float d = half(in, at);
        float dmin = half(in, at + 2);
        for (int group = 0; group < 8; group++) {
            scale[group] = d * scale(in, at + 4, group);
            least[group] = -(dmin * min(in, at + 4, group));
        }
    }

    /** The scale of a group: the lower 6 bits of bytes 0-3; for 4-7 bits of bytes 8-11 and the rest of 0-3. */
    private static int scale(byte[] in, int at, int group) {
        return group < 4 ? in[at + group] & 63 : four(in[at + group + 4], 0) | (two(in[at + group - 4], 6) << 4);
    }

    /** The minimum of a group, likewise from bytes 4-7 and the high halves of 8-11. */
    private static int min(byte[] in, int at, int group) {
        return group < 4 ? in[at + group + 4] & 63 : four(in[at + group + 4], 4) | (two(in[at + group], 6) << 4);
    }

    /** Scales of 16 values: 8 bits. Values: 4 low bits and 2 high bits, less 32. */
    static void q6(byte[] in, int at, int[] q, float[] scale, float[] least) {
        float d = half(in, at + 208);
        for (int group = 0; group < 16; group++) {
            scale[group] = d * in[at + 192 + group];
            int low = at + group / 8 * 64 + group % 4 * 16;
            int lowShift = group / 4 % 2 * 4;
            int high = at + 128 + plane(group);
            int highShift = group / 2 % 4 * 2;
            for (int i = 0; i < 16; i++) {
                q[group * 16 + i] = four(in[low + i], lowShift) | (two(in[high + i], highShift) << 4);
            }
        }
    }
}
