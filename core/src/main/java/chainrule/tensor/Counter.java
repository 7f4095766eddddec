package chainrule.tensor;

/**
 * Random numbers by counter: the n-th number of a stream is a function of the stream's key and n alone, so that nothing
 * depends on who asked before. The function is SplitMix64's finaliser over key + n·φ (Steele, Lea and Flood, "Fast
 * Splittable Pseudorandom Number Generators", 2014).
 */
public record Counter(long key) {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    /** The stream of a seed and a name. */
    public static Counter of(long seed, String name) {
        long key = mix(seed + GOLDEN);
        for (int i = 0; i < name.length(); i++) {
            key = mix(key ^ name.charAt(i)) + GOLDEN;
        }
        return new Counter(key);
    }

    /** The stream of a seed and further numbers. */
    public static Counter of(long seed, long... path) {
        long key = mix(seed + GOLDEN);
        for (long step : path) {
            key = mix(key ^ mix(step + GOLDEN)) + GOLDEN;
        }
        return new Counter(key);
    }

    /** 64 random bits. */
    public long bits(long n) {
        return mix(key + (n + 1) * GOLDEN);
    }

    /** Uniform on [0,1), of 53 bits. */
    public double uniform(long n) {
        return (bits(n) >>> 11) * 0x1p-53;
    }

    /** Standard normal, by the Box-Muller transform. */
    public double normal(long n) {
        double u = ((bits(2 * n) >>> 11) + 1) * 0x1p-53;
        double v = uniform(2 * n + 1);
        return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
