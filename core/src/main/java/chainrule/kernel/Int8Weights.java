package chainrule.kernel;

import chainrule.tensor.Ops;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
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
    private static final float LEAST = 1e-12f;
    /** Adding it leaves a rounded number in the last bits of the sum. */
    private static final float ROUND = 12582912f;

    private static final int ROUND_BITS = Float.floatToRawIntBits(ROUND);
    private static final int ROWS = 512;

    /**
     * @param weights of [O₁,I], [O₂,I] .. in float32, contiguous; O is the sum of their outputs
     * @param width P
     */
    static Int8Weights of(List<Tensor> weights, int width) {
        int outputs = (int) weights.stream().mapToLong(w -> w.size(0)).sum();
        int inputs = (int) weights.getFirst().size(1);
        Source source = Source.of(weights);
        float[] share = shares(source, outputs, inputs);
        int panels = Math.ceilDiv(outputs, width);
        int words = Math.ceilDiv(inputs, 4);
        Tensor packed = Ops.empty(ScalarType.Char, panels, words, width, 4);
        MemorySegment to = Ops.segment(packed);
        float[] scale = new float[panels * width];
        int[] sums = new int[panels * width];
        Workers.each(panels, p -> {
            float[] row = new float[inputs];
            int[] steps = new int[4 * words];
            int[] panel = new int[words * width];
            for (int j = 0; j < width && p * width + j < outputs; j++) {
                int o = p * width + j;
                source.read(o, row);
                scale[o] = quantise(row, share, steps);
                sums[o] = sum(steps);
                interleave(steps, panel, j, width);
            }
            MemorySegment.copy(panel, 0, to, ValueLayout.JAVA_INT, 4L * p * panel.length, panel.length);
        });
        return new Int8Weights(packed, scale, sums, share);
    }

    /** Where the rows of all weights lie. */
    private record Source(MemorySegment[] weights, int[] outputs) {
        static Source of(List<Tensor> weights) {
            MemorySegment[] memory = weights.stream().map(Ops::segment).toArray(MemorySegment[]::new);
            int[] outputs = weights.stream().mapToInt(w -> (int) w.size(0)).toArray();
            return new Source(memory, outputs);
        }

        void read(int output, float[] row) {
            int part = 0;
            int at = output;
            while (at >= outputs[part]) {
                at -= outputs[part++];
            }
            MemorySegment.copy(weights[part], ValueLayout.JAVA_FLOAT, 4L * at * row.length, row, 0, row.length);
        }
    }

    private static float[] shares(Source source, int outputs, int inputs) {
        float[][] parts = new float[Math.ceilDiv(outputs, ROWS)][inputs];
        Workers.each(parts.length, part -> {
            float[] row = new float[inputs];
            for (int o = part * ROWS; o < Math.min(outputs, (part + 1) * ROWS); o++) {
                source.read(o, row);
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
    private static float quantise(float[] row, float[] share, int[] steps) {
        for (int i = 0; i < row.length; i++) {
            row[i] /= share[i];
        }
        float scale = largest(row) / 127;
        for (int i = 0; i < row.length; i++) {
            steps[i] = Float.floatToRawIntBits(row[i] / scale + ROUND) - ROUND_BITS;
        }
        return scale;
    }

    private static int sum(int[] steps) {
        int sum = 0;
        for (int step : steps) {
            sum += step;
        }
        return sum;
    }

    /** Writes an output's steps, four to a word, in column {@code j} of a panel. */
    private static void interleave(int[] steps, int[] panel, int j, int width) {
        for (int i = 0, at = j; i < steps.length; i += 4, at += width) {
            panel[at] = steps[i] & 255 | (steps[i + 1] & 255) << 8 | (steps[i + 2] & 255) << 16 | steps[i + 3] << 24;
        }
    }
}
