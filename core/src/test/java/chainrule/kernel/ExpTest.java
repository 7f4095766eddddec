package chainrule.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

class ExpTest {
    @Test
    void itIsWithinTwoUnitsInTheLastPlace() {
        for (float x = -87; x < 88; x += 0.0137f) {
            double exact = Math.exp(x);
            assertThat(Math.abs(Exp.exp(x) - exact) / exact)
                    .as("exp(" + x + ")")
                    .isLessThan(2.5e-7);
        }
        assertThat(Exp.exp(Float.NEGATIVE_INFINITY)).isZero();
        assertThat(Exp.exp(-100f)).isZero();
        assertThat(Exp.exp(0f)).isEqualTo(1f);
    }

    @Test
    void aLaneHasTheBitsOfASingleNumber() {
        int lanes = FloatVector.SPECIES_PREFERRED.length();
        for (int round = 0; round < 2000; round++) {
            float[] x = new float[lanes];
            for (int i = 0; i < lanes; i++) {
                x[i] = (float) Math.sin(round * 31 + i) * 95;
            }
            float[] found = Exp.exp(FloatVector.fromArray(FloatVector.SPECIES_PREFERRED, x, 0))
                    .toArray();
            for (int i = 0; i < lanes; i++) {
                assertThat(found[i]).as("exp(" + x[i] + ")").isEqualTo(Exp.exp(x[i]));
            }
        }
    }

    @Test
    void exponentialsAreRelativeToTheLargest() {
        float[] x = new float[37];
        IntStream.range(0, 37).forEach(i -> x[i] = 1000 - i);
        x[5] = Float.NEGATIVE_INFINITY;
        float sum = Exp.exponentials(x, 0, 37);
        assertThat(x[0]).isEqualTo(1f);
        assertThat(x[5]).isZero();
        assertThat(sum).isBetween(1.57f, 1.59f);
    }
}
