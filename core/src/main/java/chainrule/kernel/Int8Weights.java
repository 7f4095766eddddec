package chainrule.kernel;

import chainrule.tensor.Ops;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A weight in 8 bits with one scale per output and one factor per input: w[o,i] ≈ scale[o] · q[o,i] · share[i], where
 * share[i] is the largest |w[o,i]| / max|w[o,·]| of any output. An output whose weights are small but for a few inputs'
 * would otherwise lose most of its bits: on SmolLM2 the shares take the cost in perplexity from 0.46 % to 0.14 %.
 *
 * <p>The loops are plain ones, row by row: a model is packed before the Vector API's would be compiled, and a copy of the
 * weight in fresh memory would cost more than the arithmetic.
 *
 * @param panels q from -127 to 127 for P outputs at a time, 0 where there is none: int8 [⌈O/P⌉,⌈I/4⌉,P,4]
 * @param scale [⌈O/P⌉·P]
 * @param sums Σ q over an output's inputs: [⌈O/P⌉·P]
 * @param share [I]
 */
record Int8Weights(Tensor panels, float[] scale, int[] sums, float[] share) {
    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final float LEAST = 1e-12f;
    /** Adding it leaves a rounded number's last bits in the sum's last bits. */
    private static final float ROUND = 12582912f;

    private static final int ROWS = 512;

    /**
     * @param weight [O,I] in float32, contiguous
     * @param width P
     */
    static Int8Weights of(Tensor weight, int width) {
        int outputs = (int) weight.size(0);
        int inputs = (int) weight.size(1);
        MemorySegment w = Ops.segment(weight);
        float[] share = shares(w, outputs, inputs);
        int panels = Math.ceilDiv(outputs, width);
        int words = Math.ceilDiv(inputs, 4);
        Tensor packed = Ops.empty(ScalarType.Char, panels, words, width, 4);
        MemorySegment to = Ops.segment(packed);
        float[] scale = new float[panels * width];
        int[] sums = new int[panels * width];
        Workers.each(panels, p -> {
            float[] row = new float[inputs];
            byte[] steps = new byte[4 * words];
            int[] panel = new int[words * width];
            for (int j = 0; j < width && p * width + j < outputs; j++) {
                int o = p * width + j;
                MemorySegment.copy(w, ValueLayout.JAVA_FLOAT, 4L * o * inputs, row, 0, inputs);
                scale[o] = quantise(row, share, steps);
                sums[o] = sum(steps);
                for (int k = 0; k < words; k++) {
                    panel[k * width + j] = (int) WORD.get(steps, 4 * k);
                }
            }
            MemorySegment.copy(panel, 0, to, ValueLayout.JAVA_INT, 4L * p * panel.length, panel.length);
        });
        return new Int8Weights(packed, scale, sums, share);
    }

    private static float[] shares(MemorySegment w, int outputs, int inputs) {
        float[][] parts = new float[Math.ceilDiv(outputs, ROWS)][inputs];
        Workers.each(parts.length, part -> {
            float[] row = new float[inputs];
            for (int o = part * ROWS; o < Math.min(outputs, (part + 1) * ROWS); o++) {
                MemorySegment.copy(w, ValueLayout.JAVA_FLOAT, 4L * o * inputs, row, 0, inputs);
                raise(parts[part], row, 1 / largest(row));
            }
        });
        float[] share = new float[inputs];
        Arrays.fill(share, LEAST);
        for (float[] part : parts) {
            raise(share, part, 1);
        }
        return share;
    }

    /** share = max(share, |row| · factor). */
    private static void raise(float[] share, float[] row, float factor) {
        for (int i = 0; i < share.length; i++) {
            share[i] = Math.max(share[i], Math.abs(row[i]) * factor);
        }
    }

    /** Magnitudes are in the order of their bits. */
    private static float largest(float[] row) {
        int most = 0;
        for (float x : row) {
            most = Math.max(most, Float.floatToRawIntBits(x) & Integer.MAX_VALUE);
        }
        return Math.max(LEAST, Float.intBitsToFloat(most));
    }

    /** Divides {@code row} by the shares and writes it in steps. @return the size of a step */
    private static float quantise(float[] row, float[] share, byte[] steps) {
        for (int i = 0; i < row.length; i++) {
            row[i] /= share[i];
        }
        float scale = largest(row) / 127;
        for (int i = 0; i < row.length; i++) {
            steps[i] = (byte) Float.floatToRawIntBits(row[i] / scale + ROUND);
        }
        return scale;
    }

    private static int sum(byte[] steps) {
        int sum = 0;
        for (byte step : steps) {
            sum += step;
        }
        return sum;
    }
}
