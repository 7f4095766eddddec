package chainrule.data;

import java.util.Objects;
import java.util.SplittableRandom;

/**
 * A shuffled order of the numbers 0 to {@code size} - 1 that needs no table: any place of it is computed alone.
 *
 * <p>A Feistel network (Luby and Rackoff, "How to construct pseudorandom permutations from pseudorandom functions", 1988)
 * permutes the smallest power of four that is not below {@code size}; what falls outside is sent through again until it
 * falls inside (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002), less than four times on average.
 */
public final class Permutation {
    private static final int ROUNDS = 8;

    private final long size;
    private final int halfBits;
    private final long[] keys;

    public Permutation(long size, long seed) {
        if (size < 1) {
            throw new IllegalArgumentException("a permutation of " + size + " numbers");
        }
        this.size = size;
        int bits = Long.SIZE - Long.numberOfLeadingZeros(size - 1);
        this.halfBits = Math.max(1, (bits + 1) / 2);
        this.keys = new SplittableRandom(seed).longs(ROUNDS).toArray();
    }

    /** The number at place {@code i}. */
    public long at(long i) {
        Objects.checkIndex(i, size);
        long x = i;
        do {
            x = permute(x);
        } while (x >= size);
        return x;
    }

    private long permute(long x) {
        long mask = (1L << halfBits) - 1;
        long left = x >>> halfBits;
        long right = x & mask;
        for (long key : keys) {
            long next = left ^ (mix(right + key) & mask);
            left = right;
            right = next;
        }
        return left << halfBits | right;
    }

    /** The finaliser of SplitMix64 (Steele, Lea and Flood, 2014). */
    private static long mix(long z) {
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }
}
