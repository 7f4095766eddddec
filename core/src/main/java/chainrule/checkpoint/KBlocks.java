package chainrule.checkpoint;

import static chainrule.checkpoint.Dequantise.four;
import static chainrule.checkpoint.Dequantise.half;
import static chainrule.checkpoint.Dequantise.one;
import static chainrule.checkpoint.Dequantise.two;

/**
 * ggml's "K" blocks of 256 values in sub-blocks of 16 or 32, each with a quantised scale of its own (and a minimum in
 * Q2_K, Q4_K and Q5_K) under one float16 scale d (and dmin) of the whole block.
 */
final class KBlocks {
    private KBlocks() {}

    /** Scales and minima of 16 values: 4 bits each. Values: 2 bits, four planes over 32 bytes, twice. */
    static void q2(byte[] in, float[] out, int count) {
        for (int b = 0, at = 0; b < count; b++, at += 84) {
            float d = half(in, at + 80);
            float dmin = half(in, at + 82);
            for (int sub = 0; sub < 16; sub++) {
                int packed = in[at + sub];
                float scale = d * four(packed, 0);
                float min = dmin * four(packed, 4);
                int from = at + 16 + plane(sub);
                int shift = sub / 2 % 4 * 2;
                for (int i = 0; i < 16; i++) {
                    out[b * 256 + sub * 16 + i] = scale * two(in[from + i], shift) - min;
                }
            }
        }
    }

    /** Where the bytes of a sub-block of 16 begin within planes over 32 bytes, four to a half of the block. */
    private static int plane(int sub) {
        return sub / 8 * 32 + sub % 2 * 16;
    }

    /** Scales of 16 values: 6 bits less 32. Values: 2 bits as in Q2_K, less 4 where the bit in the mask is 0. */
    static void q3(byte[] in, float[] out, int count) {
        for (int b = 0, at = 0; b < count; b++, at += 110) {
            float d = half(in, at + 108);
            for (int sub = 0; sub < 16; sub++) {
                int low = four(in[at + 96 + sub % 8], sub / 8 * 4);
                int high = two(in[at + 104 + sub % 4], sub / 4 * 2);
                float scale = d * ((low | (high << 4)) - 32);
                int from = at + 32 + plane(sub);
                int shift = sub / 2 % 4 * 2;
                int mask = at + sub % 2 * 16;
                for (int i = 0; i < 16; i++) {
                    int missing = 1 - one(in[mask + i], sub / 2);
                    out[b * 256 + sub * 16 + i] = scale * (two(in[from + i], shift) - (missing << 2));
                }
            }
        }
    }

    /** Scales and minima of 32 values: 6 bits each, in 12 bytes. Values: 4 bits. */
    static void q4(byte[] in, float[] out, int count) {
        for (int b = 0, at = 0; b < count; b++, at += 144) {
            float d = half(in, at);
            float dmin = half(in, at + 2);
            for (int sub = 0; sub < 8; sub++) {
                float scale = d * scale(in, at + 4, sub);
                float min = dmin * min(in, at + 4, sub);
                int from = at + 16 + sub / 2 * 32;
                int shift = sub % 2 * 4;
                for (int i = 0; i < 32; i++) {
                    out[b * 256 + sub * 32 + i] = scale * four(in[from + i], shift) - min;
                }
            }
        }
    }

    /** Q4_K with a fifth bit: bit s of 32 bytes for sub-block s. */
    static void q5(byte[] in, float[] out, int count) {
        for (int b = 0, at = 0; b < count; b++, at += 176) {
            float d = half(in, at);
            float dmin = half(in, at + 2);
            for (int sub = 0; sub < 8; sub++) {
                float scale = d * scale(in, at + 4, sub);
                float min = dmin * min(in, at + 4, sub);
                int from = at + 48 + sub / 2 * 32;
                int shift = sub % 2 * 4;
                for (int i = 0; i < 32; i++) {
                    int high = one(in[at + 16 + i], sub);
                    out[b * 256 + sub * 32 + i] = scale * (four(in[from + i], shift) | (high << 4)) - min;
                }
            }
        }
    }

    /** The scale of a sub-block: the lower 6 bits of bytes 0-3; for 4-7 bits of bytes 8-11 and the rest of 0-3. */
    private static int scale(byte[] in, int at, int sub) {
        return sub < 4 ? in[at + sub] & 63 : four(in[at + sub + 4], 0) | (two(in[at + sub - 4], 6) << 4);
    }

    /** The minimum of a sub-block, likewise from bytes 4-7 and the high halves of 8-11. */
    private static int min(byte[] in, int at, int sub) {
        return sub < 4 ? in[at + sub + 4] & 63 : four(in[at + sub + 4], 4) | (two(in[at + sub], 6) << 4);
    }

    /** Scales of 16 values: 8 bits. Values: 4 low bits and 2 high bits, less 32. */
    static void q6(byte[] in, float[] out, int count) {
        for (int b = 0, at = 0; b < count; b++, at += 210) {
            float d = half(in, at + 208);
            for (int sub = 0; sub < 16; sub++) {
                float scale = d * in[at + 192 + sub];
                int low = at + sub / 8 * 64 + sub % 4 * 16;
                int lowShift = sub / 4 % 2 * 4;
                int high = at + 128 + plane(sub);
                int highShift = sub / 2 % 4 * 2;
                for (int i = 0; i < 16; i++) {
                    int q = four(in[low + i], lowShift) | (two(in[high + i], highShift) << 4);
                    out[b * 256 + sub * 16 + i] = scale * (q - 32);
                }
            }
        }
    }
}
