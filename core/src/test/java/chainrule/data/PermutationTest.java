package chainrule.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PermutationTest {
    @Test
    void everyNumberComesOnce() {
        LongStream.concat(LongStream.rangeClosed(1, 300), LongStream.of(1023, 1024, 1025, 65_537, 300_007))
                .forEach(size -> {
                    var order = new Permutation(size, size * 31);
                    var seen = new BitSet();
                    LongStream.range(0, size).forEach(i -> seen.set((int) order.at(i)));
                    assertThat(seen.cardinality()).isEqualTo((int) size);
                    assertThat(seen.length()).isEqualTo((int) size);
                });
    }

    @Test
    void aHugeRangeNeedsNoTable() {
        long size = (1L << 61) + 12_345;
        var order = new Permutation(size, 5);
        long[] some = LongStream.range(0, 10_000).map(order::at).toArray();
        assertThat(some).doesNotHaveDuplicates();
        assertThat(LongStream.of(some)).allMatch(x -> x >= 0 && x < size);
        assertThat(LongStream.of(some).filter(x -> x < size / 2).count()).isBetween(4_700L, 5_300L);
    }

    @Test
    void everyNumberIsAboutEquallyOftenFirst() {
        for (int size : new int[] {2, 3, 5, 7, 16, 100}) {
            int[] first = new int[size];
            int draws = 1000 * size;
            for (int seed = 0; seed < draws; seed++) {
                first[(int) new Permutation(size, seed).at(0)]++;
            }
            assertThat(Arrays.stream(first)).as("of %d", size).allMatch(count -> count > 850 && count < 1150);
        }
    }

    @Test
    void neighboursAreTornApart() {
        var order = new Permutation(10_000, 1);
        long close = LongStream.range(1, 10_000)
                .filter(i -> Math.abs(order.at(i) - order.at(i - 1)) < 100)
                .count();
        assertThat(close).as("about 2 in 100 by chance").isBetween(100L, 300L);
    }

    @Test
    void theSeedDecides() {
        long[] one = LongStream.range(0, 50).map(new Permutation(50, 1)::at).toArray();
        assertThat(LongStream.range(0, 50).map(new Permutation(50, 1)::at))
                .containsExactly(LongStream.of(one).boxed().toArray(Long[]::new));
        assertThat(LongStream.range(0, 50).map(new Permutation(50, 2)::at).toArray())
                .isNotEqualTo(one);
    }

    @Test
    void whatIsOutsideIsRefused() {
        assertThatThrownBy(() -> new Permutation(0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Permutation(5, 1).at(5)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
