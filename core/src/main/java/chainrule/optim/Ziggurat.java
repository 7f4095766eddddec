package chainrule.optim;

import chainrule.tensor.Counter;

/**
 * Standard normal numbers by counter: an element is a function of the seed, the step, the sample, the tensor's path and
 * its own index. By the ziggurat method, which takes a table and one product for 99 of 100 numbers (Marsaglia and Tsang,
 * "The ziggurat method for generating random variables", 2000), with the layer and the place in it from different bits
 * (Doornik, "An improved ziggurat method to generate normal random samples", 2005): 256 layers of equal area V under
 * exp(−x²/2), the lowest with the tail beyond R. A number that is refused is drawn again from the stream of its own bits.
 */
record Ziggurat(long seed) implements Noise {
    private static final int LAYERS = 256;
    private static final double R = 3.654152885361009;
    private static final double V = 0.00492867323399;

    /** A layer's width x[i], its height from f(x[i]) to f(x[i+1]). */
    private static final double[] WIDTH = new double[LAYERS + 1];

    private static final double[] DENSITY = new double[LAYERS + 1];

    static {
        WIDTH[0] = V / density(R);
        WIDTH[1] = R;
        for (int i = 2; i < LAYERS; i++) {
            double x = WIDTH[i - 1];
            WIDTH[i] = StrictMath.sqrt(-2 * StrictMath.log(V / x + density(x)));
        }
        for (int i = 0; i <= LAYERS; i++) {
            DENSITY[i] = density(WIDTH[i]);
        }
    }

    @Override
    public void fill(Index index, String path, long from, float[] z, int count) {
        Counter stream =
                Counter.of(Counter.of(seed, index.step(), index.sample()).key(), path);
        for (int i = 0; i < count; i++) {
            z[i] = normal(stream.bits(from + i));
        }
    }

    /** The number of 64 random bits: eight of them choose the layer, the upper 53 the place in it. */
    private static float normal(long bits) {
        int layer = (int) bits & (LAYERS - 1);
        double x = (bits >> 11) * 0x1p-52 * WIDTH[layer];
        return Math.abs(x) < WIDTH[layer + 1] ? (float) x : edge(layer, x, new Counter(bits));
    }

    private static float edge(int layer, double x, Counter more) {
        if (layer == 0) {
            return (float) Math.copySign(tail(more), x);
        }
        double y = DENSITY[layer] + more.uniform(0) * (DENSITY[layer + 1] - DENSITY[layer]);
        return y < density(x) ? (float) x : normal(more.bits(1));
    }

    /** Beyond R (Marsaglia, "Generating a variable from the tail of the normal distribution", 1964). */
    private static double tail(Counter more) {
        for (long n = 0; ; n += 2) {
            double a = -StrictMath.log(1 - more.uniform(n)) / R;
            double b = -StrictMath.log(1 - more.uniform(n + 1));
            if (2 * b >= a * a) {
                return R + a;
            }
        }
    }

    private static double density(double x) {
        return StrictMath.exp(-0.5 * x * x);
    }
}
