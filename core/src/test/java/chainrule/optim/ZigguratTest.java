package chainrule.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ZigguratTest {
    private static final int COUNT = 1 << 20;
    private static final Noise.Index FIRST = new Noise.Index(0, 0);

    private static float[] draw(Noise noise, Noise.Index index, String path) {
        float[] z = new float[COUNT];
        noise.fill(index, path, 0, z, COUNT);
        return z;
    }

    /** Φ by numerical integration; the largest distance of the empirical distribution from it is as for normal numbers. */
    @Test
    void numbersAreStandardNormal() {
        float[] z = draw(new Ziggurat(7), FIRST, "a");
        Arrays.sort(z);
        double phi = 0;
        double at = -9;
        double farthest = 0;
        for (int i = 0; i < COUNT; i++) {
            phi += (z[i] - at) * (density(at) + 4 * density((at + z[i]) / 2) + density(z[i])) / 6;
            at = z[i];
            farthest =
                    Math.max(farthest, Math.max(Math.abs(phi - (double) i / COUNT), Math.abs(phi - (i + 1.0) / COUNT)));
        }
        assertThat(phi).isCloseTo(1, within(1e-4));
        assertThat(farthest * Math.sqrt(COUNT))
                .as("Kolmogorov's statistic, above 2 once in 1,500 times")
                .isLessThan(2);
    }

    /** P(|z| &gt; 3.6541528853610088) = 2.580·10⁻⁴, and the mean of |z| beyond it is 3.9088. */
    @Test
    void theTailIsAsLongAsItShouldBe() {
        float[] z = draw(new Ziggurat(8), FIRST, "a");
        double edge = 3.6541528853610088;
        double mass = 0;
        double mean = 0;
        for (double x = edge; x < 10; x += 1e-4) {
            mass += 2e-4 * density(x + 5e-5);
            mean += 2e-4 * density(x + 5e-5) * (x + 5e-5);
        }
        double[] beyond = new double[COUNT];
        int count = 0;
        int positive = 0;
        for (float x : z) {
            if (Math.abs(x) > edge) {
                beyond[count++] = Math.abs(x);
                positive += x > 0 ? 1 : 0;
            }
        }
        double expected = mass * COUNT;
        assertThat((double) count).isCloseTo(expected, within(4 * Math.sqrt(expected)));
        assertThat((double) positive).isCloseTo(count / 2.0, within(2 * Math.sqrt(count)));
        assertThat(Arrays.stream(beyond, 0, count).average().orElseThrow()).isCloseTo(mean / mass, within(0.07));
    }

    @Test
    void whatIsDrawnDependsOnSeedStepSampleAndPath() {
        float[] z = draw(new Ziggurat(7), FIRST, "a");
        for (float[] other : new float[][] {
            draw(new Ziggurat(8), FIRST, "a"),
            draw(new Ziggurat(7), new Noise.Index(1, 0), "a"),
            draw(new Ziggurat(7), new Noise.Index(0, 1), "a"),
            draw(new Ziggurat(7), FIRST, "b")
        }) {
            double product = 0;
            for (int i = 0; i < COUNT; i++) {
                product += (double) z[i] * other[i];
            }
            assertThat(product / Math.sqrt(COUNT))
                    .as("correlation in deviations")
                    .isBetween(-4.5, 4.5);
        }
    }

    @Test
    void aPartHasTheNumbersOfTheWhole() {
        float[] z = draw(new Ziggurat(7), FIRST, "a");
        float[] part = new float[100];
        new Ziggurat(7).fill(FIRST, "a", 5000, part, 60);
        assertThat(Arrays.copyOf(part, 60)).isEqualTo(Arrays.copyOfRange(z, 5000, 5060));
        assertThat(part[60]).isZero();
    }

    private static double density(double x) {
        return Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
    }
}
