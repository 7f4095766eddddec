package chainrule.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.tensor.Codes;
import chainrule.tensor.Counter;
import chainrule.tensor.Ops;
import java.lang.foreign.ValueLayout;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Numbers for tests of kernels, and how near they must come. */
final class Samples {
    private Samples() {}

    /** Normal numbers, the same for one seed. */
    static float[] normal(int count, long seed) {
        Counter counter = Counter.of(seed, "test");
        float[] x = new float[count];
        for (int i = 0; i < count; i++) {
            x[i] = (float) counter.normal(i);
        }
        return x;
    }

    /** Whole numbers with scales of either sign, likewise; they belong to the open scope. */
    static Codes codes(int bits, int group, int outputs, int inputs, long seed) {
        Counter counter = Counter.of(seed, "whole");
        Tensor q = Ops.empty(ScalarType.Byte, outputs, inputs);
        for (long i = 0; i < (long) outputs * inputs; i++) {
            Ops.segment(q).set(ValueLayout.JAVA_BYTE, i, (byte) (counter.uniform(i) * (1 << bits)));
        }
        int groups = outputs * inputs / group;
        return new Codes(
                bits,
                q,
                Ops.tensor(normal(groups, seed + 100), outputs, inputs / group),
                Ops.tensor(normal(groups, seed + 200), outputs, inputs / group));
    }

    static void near(float[] found, float[] expected) {
        near(found, expected, 3e-6f);
    }

    /** Within {@code tolerance}, relative to what is larger than 1. */
    static void near(float[] found, float[] expected, float tolerance) {
        for (int i = 0; i < expected.length; i++) {
            assertThat(found[i]).isCloseTo(expected[i], Offset.offset(tolerance * Math.max(1, Math.abs(expected[i]))));
        }
    }
}
