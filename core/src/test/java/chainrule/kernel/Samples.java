package chainrule.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.tensor.Counter;
import org.assertj.core.data.Offset;

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
