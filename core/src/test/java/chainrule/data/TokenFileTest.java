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
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenFileTest {
    @TempDir
    Path folder;

    @Test
    void whatIsWrittenIsReadInBothWidths() {
        var random = new Random(1);
        for (int vocabulary : new int[] {2, 300, 65_536, 65_537, 1 << 20, Integer.MAX_VALUE}) {
            for (int documents = 1; documents < 20; documents++) {
                List<int[]> ids = Stream.generate(() -> random.ints(random.nextInt(1, 40), 1, vocabulary)
                                .toArray())
                        .limit(documents)
                        .toList();
                ids.getFirst()[0] = vocabulary - 1;
                try (TokenFile file = Toy.write(folder.resolve("a.tokens"), ids, vocabulary)) {
                    file.verify();
                    assertThat(file.vocabulary()).isEqualTo(vocabulary);
                    assertThat(file.endOfDocument()).isZero();
                    assertThat(documents(file)).hasSize(documents).containsExactlyElementsOf(ended(ids));
                }
            }
        }
    }

    @Test
    void aSmallVocabularyTakesTwoBytesAnId() throws IOException {
        List<int[]> ids = List.of(IntStream.range(1, 1000).toArray());
        Toy.write(folder.resolve("two"), ids, 65_536).close();
        Toy.write(folder.resolve("four"), ids, 65_537).close();
        assertThat(Files.size(folder.resolve("two"))).isEqualTo(64 + 2 * 1000 + 8);
        assertThat(Files.size(folder.resolve("four"))).isEqualTo(64 + 4 * 1000 + 8);
    }

    @Test
    void piecesOfADocumentAreOneDocument() {
        Corpus corpus = () -> Stream.of(
                new Document.Text("ab", "x", false),
                new Document.Text("c", "x", true),
                new Document.Text("", "y", true),
                new Document.Ids(new int[] {5, 0}, "z"),
                new Document.Text("d", "w", false));
        TokenFile.write(folder.resolve("a"), corpus, Toy.CHARACTERS, TokenFile.Progress.NONE);
        try (TokenFile file = TokenFile.open(folder.resolve("a"))) {
            assertThat(Toy.ids(file)).containsExactly('a', 'b', 'c', 0, 5, 0, 'd', 0);
            assertThat(file.documents()).isEqualTo(3);
            assertThat(file.start(2)).isEqualTo(6);
            assertThat(file.end(2)).isEqualTo(8);
        }
    }

    @Test
    void everyDocumentBeginsWithItsIdOnce() {
        Corpus corpus = () -> Stream.of(
                new Document.Text("ab", "x", false),
                new Document.Text("c", "x", true),
                new Document.Text("", "y", true),
                new Document.Ids(new int[] {7, 5}, "z"),
                new Document.Ids(new int[] {5}, "w"));
        var framed =
                new Vocabulary(128, OptionalInt.of(7), 0, text -> text.chars().toArray());
        TokenFile.write(folder.resolve("a"), corpus, framed, TokenFile.Progress.NONE);
        try (TokenFile file = TokenFile.open(folder.resolve("a"))) {
            assertThat(Toy.ids(file)).containsExactly(7, 'a', 'b', 'c', 0, 7, 5, 0, 7, 5, 0);
            assertThat(file.documents()).isEqualTo(3);
        }
        assertThatThrownBy(() -> new Vocabulary(7, OptionalInt.of(7), 0, text -> new int[0]))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("begin-of-document");
    }

    @Test
    void aLargeTextFileIsOneDocumentOfAllItsCharacters() throws IOException {
        String text = "All happy families are alike.\n".repeat(100_000);
        Path source = Files.writeString(folder.resolve("source.txt"), text);
        List<Long> seen = new ArrayList<>();
        List<Long> read = new ArrayList<>();
        TokenFile.write(folder.resolve("a"), Corpus.of(source), Toy.CHARACTERS, (_, tokens, bytes) -> {
            seen.add(tokens);
            read.add(bytes);
        });
        try (TokenFile file = TokenFile.open(folder.resolve("a"))) {
            assertThat(Toy.ids(file)).isEqualTo((text + "\0").chars().toArray());
            assertThat(file.documents()).isEqualTo(1);
        }
        assertThat(seen).hasSizeGreaterThan(2).isSorted().endsWith(text.length() + 1L);
        assertThat(read).hasSameSizeAs(seen).isSorted().endsWith(Files.size(source));
        assertThat(read.getFirst()).isLessThan(Files.size(source));
    }

    @Test
    void aFileThatIsCutShortAnywhereIsRefused() throws IOException {
        Path whole = folder.resolve("whole");
        Toy.write(whole, List.of(new int[] {1, 2, 3}, new int[] {4}), 10).close();
        byte[] bytes = Files.readAllBytes(whole);
        for (int length = 0; length < bytes.length; length++) {
            assertRefused(Files.write(folder.resolve("cut"), Arrays.copyOf(bytes, length)));
        }
        assertRefused(Files.write(folder.resolve("cut"), Arrays.copyOf(bytes, bytes.length + 1)));
    }

    @Test
    void anyChangedByteIsFound() throws IOException {
        Path whole = folder.resolve("whole");
        Toy.write(whole, List.of(new int[] {1, 2, 3}, new int[] {4}), 10).close();
        byte[] bytes = Files.readAllBytes(whole);
        for (int at = 0; at < bytes.length; at++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] changed = bytes.clone();
                changed[at] ^= (byte) (1 << bit);
                Path file = Files.write(folder.resolve("changed"), changed);
                assertThatThrownBy(() -> {
                            try (TokenFile tokens = TokenFile.open(file)) {
                                tokens.verify();
                            }
                        })
                        .as("byte %d", at)
                        .isInstanceOf(BadInput.class)
                        .hasMessageContaining(file.toString());
            }
        }
    }

    @Test
    void anIdThatDamageMovedOutOfTheVocabularyIsNotHandedOut() throws IOException {
        Path path = folder.resolve("a");
        Toy.write(path, List.of(new int[] {1, 2, 3}), 10).close();
        byte[] bytes = Files.readAllBytes(path);
        bytes[65] = 77;
        Files.write(path, bytes);
        try (TokenFile file = TokenFile.open(path)) {
            assertThatThrownBy(() -> Toy.ids(file)).isInstanceOf(BadInput.class).hasMessageContaining("damaged");
        }
    }

    @Test
    void whatIsNoTokenFileIsRefused() throws IOException {
        assertRefused(Files.writeString(folder.resolve("text"), "CHAINSAW ".repeat(50)));
        assertRefused(folder.resolve("nowhere"));
        assertRefused(folder);
    }

    @Test
    void anIdOutsideTheVocabularyIsNamedWithItsOrigin() {
        assertThatThrownBy(() -> Toy.write(folder.resolve("a"), List.of(new int[] {1}, new int[] {2, 10}), 10))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("document 1 has the token id 10");
        assertThat(folder).isEmptyDirectory();
        assertThatThrownBy(() -> new Vocabulary(10, 10, text -> new int[0])).isInstanceOf(BadInput.class);
    }

    @Test
    void aCorpusWithoutTokensIsRefused() {
        assertThatThrownBy(() -> Toy.write(folder.resolve("a"), List.of(), 10)).isInstanceOf(BadInput.class);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void whatFailsLeavesTheEarlierFileAlone() throws IOException {
        Path path = folder.resolve("a");
        Toy.write(path, List.of(new int[] {1}), 10).close();
        byte[] before = Files.readAllBytes(path);
        Corpus broken =
                () -> Stream.of(new Document.Ids(new int[] {1, 2, 3}, "good"), new Document.Ids(new int[] {99}, "bad"));
        assertThatThrownBy(() -> TokenFile.write(
                        path, broken, new Vocabulary(10, 0, text -> new int[0]), TokenFile.Progress.NONE))
                .isInstanceOf(BadInput.class);
        assertThat(Files.readAllBytes(path)).isEqualTo(before);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(path);
        }
    }

    private static void assertRefused(Path file) {
        assertThatThrownBy(() -> TokenFile.open(file).close())
                .isInstanceOf(BadInput.class)
                .hasMessageContaining(file.toString());
    }

    private static List<int[]> documents(TokenFile file) {
        List<int[]> documents = new ArrayList<>();
        for (long d = 0; d < file.documents(); d++) {
            int[] ids = new int[(int) (file.end(d) - file.start(d))];
            file.read(file.start(d), ids, 0, ids.length);
            documents.add(ids);
        }
        return documents;
    }

    private static List<int[]> ended(List<int[]> documents) {
        return documents.stream().map(ids -> Arrays.copyOf(ids, ids.length + 1)).toList();
    }
}
