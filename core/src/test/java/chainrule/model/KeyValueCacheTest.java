package chainrule.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class KeyValueCacheTest {
    private static final int CONTEXT = 300;

    private static long bytes(int expected, int rows) {
        try (var cache = new KeyValueCache(Tiny.within(CONTEXT, Tiny.llama()), Optional.empty())) {
            cache.expect(expected);
            for (int i = 0; i < rows; i++) {
                cache.append(new int[] {-1});
                cache.keep(new int[] {0}, new int[0]);
            }
            return cache.bytes();
        }
    }

    @Test
    void roomForAnExpectedTextIsMadeAtOnce() {
        assertThat(bytes(200, 1)).isEqualTo(bytes(200, 200)).isGreaterThan(bytes(0, 1));
    }

    @Test
    void aTextThatOutgrowsWhatWasExpectedFindsRoom() {
        assertThat(bytes(1, CONTEXT)).isGreaterThan(bytes(1, 1));
    }
}
