package chainrule.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchesTest {
    @TempDir
    Path folder;

    /** Windows of which each says its number. */
    private record Numbers(long count) implements Windows {
        @Override
        public int length() {
            return 1;
        }

        @Override
        public int read(long i, int[] row) {
            row[0] = (int) i;
            return 2;
        }
    }

    @Test
    void everyWindowComesOnceAnEpoch() {
        for (int count = 1; count < 60; count++) {
            for (int batch = 1; batch < 9; batch++) {
                List<Integer> rows = numbers(new Batches(new Numbers(count), count), 0, 5 * count, batch);
                for (int epoch = 0; epoch < 5 * batch; epoch++) {
                    assertThat(rows.subList(epoch * count, (epoch + 1) * count))
                            .containsExactlyInAnyOrderElementsOf(
                                    IntStream.range(0, count).boxed().toList());
                }
            }
        }
    }

    @Test
    void epochsAndSeedsDifferAndTheSameSeedDoesNot() {
        List<Integer> one = numbers(new Batches(new Numbers(40), 1), 0, 20, 4);
        assertThat(numbers(new Batches(new Numbers(40), 1), 0, 20, 4)).isEqualTo(one);
        assertThat(one.subList(0, 40)).isNotEqualTo(one.subList(40, 80));
        List<Integer> two = numbers(new Batches(new Numbers(40), 2), 0, 20, 4);
        assertThat(two.subList(0, 40)).isNotEqualTo(one.subList(0, 40)).isNotEqualTo(one.subList(40, 80));
    }

    @Test
    void aResumedRunReadsWhatAnUninterruptedOneDoes() {
        int[] text = IntStream.range(1, 500).toArray();
        List<int[][]> whole = new ArrayList<>();
        try (TokenFile file = Toy.write(folder.resolve("a"), List.of(text), 500)) {
            Batches batches = new Batches(new Packing.Contiguous(7).windows(Selection.all(file)), 3);
            for (int step = 0; step < 100; step++) {
                whole.add(batches.rows(step, 5).ids());
            }
        }
        for (int at : new int[] {0, 1, 37, 99}) {
            try (TokenFile file = TokenFile.open(folder.resolve("a"))) {
                Batches batches = new Batches(new Packing.Contiguous(7).windows(Selection.all(file)), 3);
                for (int step = at; step < 100; step++) {
                    assertThat(batches.rows(step, 5).ids()).isDeepEqualTo(whole.get(step));
                }
            }
        }
    }

    @Test
    void ranksTogetherReadWhatOneWouldReadAlone() {
        for (int ranks = 1; ranks < 5; ranks++) {
            Batches alone = new Batches(new Numbers(31), 9);
            for (int step = 0; step < 20; step++) {
                List<Integer> together = new ArrayList<>();
                for (int rank = 0; rank < ranks; rank++) {
                    together.addAll(numbers(new Batches(new Numbers(31), 9, rank, ranks), step, step + 1, 3));
                }
                assertThat(together).isEqualTo(numbers(alone, step, step + 1, 3 * ranks));
            }
        }
    }

    @Test
    void smallerBatchesReadTheSameRowsInTheSameOrder() {
        Batches batches = new Batches(new Numbers(31), 9);
        assertThat(numbers(batches, 0, 80, 1)).isEqualTo(numbers(batches, 0, 10, 8));
    }

    @Test
    void theEpochOfAStepIsAFraction() {
        Batches batches = new Batches(new Numbers(40), 1, 0, 2);
        assertThat(batches.stepsPerEpoch(4)).isEqualTo(5);
        assertThat(batches.stepsPerEpoch(3)).isEqualTo(7);
        assertThat(batches.epoch(0, 4)).isZero();
        assertThat(batches.epoch(5, 4)).isEqualTo(1);
        assertThat(batches.epoch(7, 4)).isEqualTo(1.4);
    }

    @Test
    void aFarStepNeedsNoStepBeforeIt() {
        Batches batches = new Batches(new Numbers(1L << 40), 1);
        assertThat(batches.rows(1L << 50, 2).ids().length).isEqualTo(2);
    }

    @Test
    void nothingToTrainOnIsRefused() {
        assertThatThrownBy(() -> new Batches(new Numbers(0), 1)).isInstanceOf(BadInput.class);
        assertThatThrownBy(() -> new Batches(new Numbers(5), 1, 2, 2)).isInstanceOf(BadInput.class);
    }

    private static List<Integer> numbers(Batches batches, int from, int to, int batch) {
        return IntStream.range(from, to)
                .mapToObj(step -> batches.rows(step, batch))
                .flatMapToInt(rows -> Arrays.stream(rows.ids()).mapToInt(row -> row[0]))
                .boxed()
                .toList();
    }
}
