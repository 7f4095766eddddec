package chainrule.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MaskedTokenFileTest {
    private static final Vocabulary HUNDRED =
            new Vocabulary(100, 0, text -> text.chars().toArray());

    @TempDir
    Path folder;

    private TokenFile write(List<? extends Document> documents) {
        Corpus corpus = () -> documents.stream().map(Document.class::cast);
        TokenFile.write(folder.resolve("a"), corpus, HUNDRED, TokenFile.Progress.NONE);
        return TokenFile.open(folder.resolve("a"));
    }

    private static List<Document.Example> random(Random random, int documents) {
        return Stream.generate(() -> {
                    int[] ids = random.ints(random.nextInt(2, 50), 0, 100).toArray();
                    boolean[] trained = new boolean[ids.length];
                    for (int i = 0; i < ids.length; i++) {
                        trained[i] = random.nextBoolean();
                    }
                    return new Document.Example(ids, trained, "made");
                })
                .limit(documents)
                .toList();
    }

    @Test
    void everyExampleIsARowAsItCameWithWhatIsTrainedOfIt() {
        var random = new Random(8);
        for (int documents = 1; documents < 30; documents++) {
            List<Document.Example> examples = random(random, documents);
            try (TokenFile file = write(examples)) {
                file.verify();
                assertThat(file.masked()).isTrue();
                assertThat(file.documents()).isEqualTo(documents);
                assertThat(file.longest())
                        .isEqualTo(examples.stream()
                                .mapToInt(e -> e.ids().length)
                                .max()
                                .orElse(0));
                Rows rows =
                        new Packing.OnePerRow(49).windows(Selection.all(file)).rows(0, documents);
                for (int b = 0; b < documents; b++) {
                    Document.Example example = examples.get(b);
                    assertThat(rows.lengths()[b]).isEqualTo(example.ids().length);
                    for (int t = 0; t < 49; t++) {
                        boolean real = t + 1 < example.ids().length;
                        assertThat(rows.ids()[b][t + 1]).isEqualTo(real ? example.ids()[t + 1] : 0);
                        assertThat(rows.mask()[b][t]).isEqualTo(real && example.trained()[t + 1]);
                    }
                }
            }
        }
    }

    @Test
    void theMaskFollowsItsExampleThroughOrdersAndParts() {
        List<Document.Example> examples = new ArrayList<>();
        for (int i = 1; i < 40; i++) {
            examples.add(new Document.Example(
                    new int[] {i, i, i, i}, new boolean[] {true, i % 2 == 0, i % 3 == 0, true}, ""));
        }
        try (TokenFile file = write(examples)) {
            HeldOut.Split split = new HeldOut.Documents(9, 5).split(file, new Packing.OnePerRow(6));
            for (Rows rows : List.of(
                    new Batches(split.training(), 3).rows(0, 30),
                    split.heldOut().rows(0, 9),
                    split.training().slice(4, 20).rows(2, 10))) {
                for (int b = 0; b < rows.ids().length; b++) {
                    int i = rows.ids()[b][0];
                    assertThat(rows.mask()[b]).containsExactly(i % 2 == 0, i % 3 == 0, true, false, false, false);
                }
            }
        }
    }

    @Test
    void columnsThatNoRowFillsAreLeftOut() {
        boolean[] all = {true, true, true, true};
        try (TokenFile file = write(List.of(
                new Document.Example(new int[] {1, 2, 3, 4}, all, ""),
                new Document.Example(new int[] {5, 6}, new boolean[2], "")))) {
            Windows windows = new Packing.OnePerRow(9).windows(Selection.all(file));
            Rows rows = windows.rows(0, 2).trimmed();
            assertThat(rows.ids()).isDeepEqualTo(new int[][] {{1, 2, 3, 4}, {5, 6, 0, 0}});
            assertThat(rows.mask()).isDeepEqualTo(new boolean[][] {{true, true, true}, {false, false, false}});
            assertThat(rows.targets()).isEqualTo(3);
            assertThat(windows.rows(1, 1).trimmed().ids()).isDeepEqualTo(new int[][] {{5, 6}});
        }
    }

    @Test
    void textsBesideExamplesAreTrainedWhole() {
        try (TokenFile file = write(List.of(
                new Document.Example(new int[] {1, 2, 3}, new boolean[] {true, false, true}, ""),
                new Document.Text("!\"", "text")))) {
            Rows rows = new Packing.OnePerRow(4).windows(Selection.all(file)).rows(0, 2);
            assertThat(rows.mask())
                    .isDeepEqualTo(new boolean[][] {{false, true, false, false}, {true, true, false, false}});
        }
    }

    @Test
    void examplesAreNotPackedTogether() {
        try (TokenFile file = write(random(new Random(1), 3))) {
            assertThatThrownBy(() -> new Packing.Contiguous(8).windows(Selection.all(file)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aMaskThatIsCutOrChangedIsFound() throws IOException {
        write(random(new Random(2), 4)).close();
        Path file = folder.resolve("a");
        byte[] bytes = Files.readAllBytes(file);
        for (int length = bytes.length - 40; length < bytes.length; length++) {
            Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> TokenFile.open(cut).close()).isInstanceOf(BadInput.class);
        }
        for (int at : new int[] {8, bytes.length - 1, bytes.length - 9}) {
            byte[] changed = bytes.clone();
            changed[at] ^= 1;
            Path other = Files.write(folder.resolve("other"), changed);
            assertThatThrownBy(() -> {
                        try (TokenFile tokens = TokenFile.open(other)) {
                            tokens.verify();
                        }
                    })
                    .isInstanceOf(BadInput.class);
        }
    }
}
