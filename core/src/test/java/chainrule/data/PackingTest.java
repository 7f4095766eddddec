package chainrule.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackingTest {
    @TempDir
    Path folder;

    @Test
    void contiguousWindowsOverlapInOneId() {
        try (TokenFile file = Toy.write(folder.resolve("a"), List.of(new int[] {1, 2, 3}, new int[] {4, 5}), 10)) {
            Windows windows = new Packing.Contiguous(4).windows(Selection.all(file));
            Rows rows = windows.rows(0, 10);
            assertThat(rows.ids()).isDeepEqualTo(new int[][] {{1, 2, 3, 0, 4}, {4, 5, 0, 0, 0}});
            assertThat(rows.lengths()).containsExactly(5, 3);
            assertThat(rows.targets()).isEqualTo(6);
            assertThat(rows.mask())
                    .isDeepEqualTo(new boolean[][] {{true, true, true, true}, {true, true, false, false}});
        }
    }

    @Test
    void oneDocumentIsOneRowAndALongOneSeveral() {
        try (TokenFile file = Toy.write(
                folder.resolve("a"), List.of(new int[] {1}, new int[] {2, 3, 4, 5, 6, 7}, new int[] {8, 9}), 10)) {
            Rows rows = new Packing.OnePerRow(3).windows(Selection.all(file)).rows(0, 10);
            assertThat(rows.ids()).isDeepEqualTo(new int[][] {{1, 0, 0, 0}, {2, 3, 4, 5}, {5, 6, 7, 0}, {8, 9, 0, 0}});
            assertThat(rows.lengths()).containsExactly(2, 4, 4, 3);
        }
    }

    @Test
    void everyIdButTheFirstIsATargetOnce() {
        var random = new Random(2);
        for (int round = 0; round < 200; round++) {
            List<int[]> documents = Toy.distinct(random, random.nextInt(1, 30), 20);
            int length = random.nextInt(1, 25);
            try (TokenFile file = Toy.write(folder.resolve("a"), documents, 1000)) {
                int[] ids = Toy.ids(file);
                Windows contiguous = new Packing.Contiguous(length).windows(Selection.all(file));
                assertThat(allTargets(contiguous))
                        .isEqualTo(Arrays.stream(ids).skip(1).boxed().toList());

                Windows rows = new Packing.OnePerRow(length).windows(Selection.all(file));
                List<Integer> expected = documents.stream()
                        .flatMap(d -> Arrays.stream(Arrays.copyOf(d, d.length + 1))
                                .skip(1)
                                .boxed())
                        .toList();
                assertThat(allTargets(rows)).isEqualTo(expected);
            }
        }
    }

    @Test
    void whatIsHeldOutIsNeverTrainedOn() {
        var random = new Random(3);
        for (int round = 0; round < 200; round++) {
            List<int[]> documents = Toy.distinct(random, random.nextInt(3, 30), 20);
            int length = random.nextInt(1, 25);
            double share = random.nextBoolean() ? 0.2 : random.nextInt(1, 3);
            HeldOut byDocuments = new HeldOut.Documents(share, random.nextLong());
            try (TokenFile file = Toy.write(folder.resolve("a"), documents, 1000)) {
                for (Packing packing : List.of(new Packing.Contiguous(length), new Packing.OnePerRow(length))) {
                    HeldOut.Split split = byDocuments.split(file, packing);
                    Set<Integer> training = allIds(split.training());
                    Set<Integer> heldOut = allIds(split.heldOut());
                    assertThat(training).doesNotContainAnyElementsOf(heldOut);
                    training.addAll(heldOut);
                    assertThat(training)
                            .hasSize(documents.stream().mapToInt(d -> d.length).sum());
                }
            }
        }
    }

    @Test
    void theSeedDrawsTheDocumentsAndTheShareTheirNumber() {
        List<int[]> documents = Toy.distinct(new Random(4), 100, 5);
        try (TokenFile file = Toy.write(folder.resolve("a"), documents, 1000)) {
            Packing packing = new Packing.OnePerRow(10);
            assertThat(new HeldOut.Documents(0.1, 1)
                            .split(file, packing)
                            .heldOut()
                            .count())
                    .isEqualTo(10);
            assertThat(new HeldOut.Documents(7, 1)
                            .split(file, packing)
                            .heldOut()
                            .count())
                    .isEqualTo(7);
            assertThat(new HeldOut.Documents(0.001, 1)
                            .split(file, packing)
                            .heldOut()
                            .count())
                    .isEqualTo(1);
            Set<Integer> one =
                    allIds(new HeldOut.Documents(0.1, 1).split(file, packing).heldOut());
            assertThat(allIds(new HeldOut.Documents(0.1, 1).split(file, packing).heldOut()))
                    .isEqualTo(one);
            assertThat(allIds(new HeldOut.Documents(0.1, 2).split(file, packing).heldOut()))
                    .isNotEqualTo(one);
        }
    }

    @Test
    void theLastWindowsAreTheEndOfTheCorpus() {
        int[] text = IntStream.range(1, 100).toArray();
        try (TokenFile file = Toy.write(folder.resolve("a"), List.of(text), 100)) {
            HeldOut.Split split = new HeldOut.LastWindows(0.25).split(file, new Packing.Contiguous(10));
            assertThat(split.training().count()).isEqualTo(7);
            assertThat(split.heldOut().count()).isEqualTo(3);
            assertThat(allTargets(split.training()))
                    .isEqualTo(IntStream.rangeClosed(2, 71).boxed().toList());
            assertThat(split.heldOut().rows(0, 1).ids()[0])
                    .containsExactly(IntStream.rangeClosed(71, 81).toArray());
        }
    }

    @Test
    void holdingOutNothingTrainsOnAll() {
        try (TokenFile file = Toy.write(folder.resolve("a"), List.of(new int[] {1, 2, 3}), 10)) {
            HeldOut.Split split = new HeldOut.None().split(file, new Packing.Contiguous(2));
            assertThat(split.training().count()).isEqualTo(2);
            assertThat(split.heldOut().count()).isZero();
            assertThat(split.heldOut().rows(0, 4).ids()).isEmpty();
        }
    }

    @Test
    void holdingOutAllIsRefused() {
        try (TokenFile file = Toy.write(folder.resolve("a"), List.of(new int[] {1, 2, 3}), 10)) {
            Packing packing = new Packing.Contiguous(8);
            for (HeldOut all : List.of(new HeldOut.Documents(0.5, 1), new HeldOut.LastWindows(1))) {
                assertThatThrownBy(() -> all.split(file, packing))
                        .isInstanceOf(BadInput.class)
                        .hasMessageContaining(file.file().toString());
            }
        }
        assertThatThrownBy(() -> new HeldOut.LastWindows(0)).isInstanceOf(BadInput.class);
        assertThatThrownBy(() -> new HeldOut.Documents(Double.NaN, 0)).isInstanceOf(BadInput.class);
        assertThatThrownBy(() -> new Packing.Contiguous(0)).isInstanceOf(BadInput.class);
    }

    private static List<Integer> allTargets(Windows windows) {
        Rows rows = windows.rows(0, (int) windows.count());
        List<Integer> targets = new ArrayList<>();
        for (int b = 0; b < rows.ids().length; b++) {
            Arrays.stream(rows.ids()[b], 1, rows.lengths()[b]).forEach(targets::add);
        }
        return targets;
    }

    /** All ids that occur, inputs included, but for the end of a document. */
    private static Set<Integer> allIds(Windows windows) {
        Rows rows = windows.rows(0, (int) windows.count());
        return Arrays.stream(rows.ids())
                .flatMapToInt(Arrays::stream)
                .filter(id -> id != 0)
                .boxed()
                .collect(Collectors.toCollection(HashSet::new));
    }
}
