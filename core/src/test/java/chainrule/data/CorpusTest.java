package chainrule.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusTest {
    @TempDir
    Path folder;

    @Test
    void aFolderIsReadInTheOrderOfItsPathsWithoutHiddenFiles() throws IOException {
        write("b.txt", "b");
        write("a/z.txt", "z");
        write("a/10.md", "10");
        write("a/9", "9");
        write(".hidden", "hidden");
        write(".git/config", "config");
        assertThat(texts(Corpus.of(folder))).containsExactly("10", "9", "z", "b");
        assertThat(origins(Corpus.of(folder)).getFirst())
                .isEqualTo(folder.resolve("a/10.md").toString());
    }

    @Test
    void sourcesAreReadInTheOrderGiven() throws IOException {
        Path b = write("b.txt", "b");
        Path a = write("a.txt", "a");
        assertThat(texts(Corpus.of(b, a))).containsExactly("b", "a");
        assertThat(texts(Corpus.join(List.of(Corpus.of(b), Corpus.of(a), Corpus.of(b)))))
                .containsExactly("b", "a", "b");
    }

    @Test
    void jsonLinesGiveTextsAndIds() throws IOException {
        Path lines = write("c.jsonl", """
                {"id": 7, "meta": {"text": "inner"}, "text": "one\\nline \\u00e9"}

                {"input_ids": [1, 2, 3]}
                {"text": ""}
                {"ids": [4], "input_ids": [5]}
                {"input_ids": [6], "text": "first"}""");
        List<Document> documents = documents(Corpus.of(lines));
        assertThat(documents.get(0)).isEqualTo(new Document.Text("one\nline é", lines + " line 1"));
        assertThat(((Document.Ids) documents.get(1)).ids()).containsExactly(1, 2, 3);
        assertThat(((Document.Ids) documents.get(2)).ids()).containsExactly(4);
        assertThat(documents.get(3)).isEqualTo(new Document.Text("first", lines + " line 6"));
        assertThat(documents).hasSize(4);
    }

    @Test
    void anotherFieldCanBeNamed() throws IOException {
        Path lines = write("c.ndjson", "{\"text\": \"no\", \"body\": \"yes\"}\r\n{\"body\": \"too\"}\r\n");
        assertThat(texts(Corpus.of(List.of(lines), List.of("body")))).containsExactly("yes", "too");
    }

    @Test
    void gzipOfAnyIsUnpacked() throws IOException {
        Path text = gzip("a.txt.gz", "plain");
        Path lines = gzip("B.JSON.GZ", "{\"text\": \"line\"}");
        assertThat(texts(Corpus.of(text, lines))).containsExactly("plain", "line");
    }

    @Test
    void whatIsReadOfFilesAddsUpToTheirSizePackedAsTheyAre() throws IOException {
        Path text = write("a.txt", "plain text\n".repeat(30_000));
        Path packed = gzip("b.jsonl.gz", "{\"text\": \"line\"}\n".repeat(30_000));
        Corpus all = Corpus.join(List.of(Corpus.of(text), Corpus.of(packed)));
        long[] read = new long[1];
        try (Stream<Document> documents = all.documents(bytes -> read[0] += bytes)) {
            documents.iterator().next();
            assertThat(read[0]).isPositive().isLessThanOrEqualTo(Files.size(text));
        }
        read[0] = 0;
        try (Stream<Document> documents = all.documents(bytes -> read[0] += bytes)) {
            assertThat(documents).hasSize(30_001);
        }
        assertThat(all.bytes()).hasValue(Files.size(text) + Files.size(packed));
        assertThat(read[0]).isEqualTo(Files.size(text) + Files.size(packed));
        Corpus made = () -> Stream.of(new Document.Text("a", "a"));
        assertThat(Corpus.join(List.of(all, made)).bytes()).isEmpty();
    }

    @Test
    void aByteOrderMarkIsNoText() throws IOException {
        assertThat(texts(Corpus.of(write("a.txt", "\uFEFFtext\uFEFF")))).containsExactly("text\uFEFF");
        assertThat(texts(Corpus.of(write("a.jsonl", "\uFEFF{\"text\": \"t\"}"))))
                .containsExactly("t");
    }

    @Test
    void aLongTextComesInPiecesThatEndAfterALine() throws IOException {
        String line = "Grüße, 世界 \uD83D\uDE00 ".repeat(50) + "\n";
        String text = line.repeat(5000);
        List<Document> pieces = documents(Corpus.of(write("long.txt", text)));
        assertThat(pieces.size()).isGreaterThan(2);
        assertThat(join(pieces).equals(text)).isTrue();
        for (int i = 0; i < pieces.size(); i++) {
            var piece = (Document.Text) pieces.get(i);
            assertThat(piece.text()).endsWith("\n").hasSizeLessThanOrEqualTo(TextPieces.LENGTH);
            assertThat(piece.ends()).isEqualTo(i == pieces.size() - 1);
        }
    }

    @Test
    void aLineWithoutEndIsCutBetweenCharacters() throws IOException {
        for (String shift : List.of("", "a", "ab", "abc")) {
            String text = shift + "\uD83D\uDE00".repeat(TextPieces.LENGTH);
            List<Document> pieces = documents(Corpus.of(write("long.txt", text)));
            assertThat(pieces.size()).isGreaterThan(1);
            assertThat(join(pieces).equals(text)).isTrue();
        }
    }

    @Test
    void documentsAreReadOneByOne() throws IOException {
        Path lines = write("c.jsonl", "{\"text\": \"good\"}\nbad");
        try (Stream<Document> documents = Corpus.of(lines, folder).documents()) {
            assertThat(((Document.Text) documents.iterator().next()).text()).isEqualTo("good");
        }
    }

    @Test
    void closingEarlyClosesWhatIsOpen() {
        var open = new AtomicInteger();
        Corpus part = () -> {
            open.incrementAndGet();
            return Stream.<Document>of(new Document.Text("a", "a"), new Document.Text("b", "b"))
                    .onClose(open::decrementAndGet);
        };
        try (Stream<Document> documents = Corpus.join(List.of(part, part)).documents()) {
            var each = documents.iterator();
            for (String text : List.of("a", "b", "a")) {
                assertThat(((Document.Text) each.next()).text()).isEqualTo(text);
            }
            assertThat(open).hasValue(1);
        }
        assertThat(open).hasValue(0);
    }

    @Test
    void aWrongLineIsNamedByFileAndLine() throws IOException {
        byte[] latin = "good\nbad \u00e9\n".getBytes(StandardCharsets.ISO_8859_1);
        Path text = Files.write(folder.resolve("latin.txt"), latin);
        assertWrong(text, "latin.txt line 2 is not UTF-8");
        String good = "{\"text\": \"good\"}\n";
        assertWrong(write("a.jsonl", good + good + "[1]"), "a.jsonl line 3 is not a JSON object");
        assertWrong(write("b.jsonl", good + "{\"text\": \"cut"), "b.jsonl line 2 is not the JSON expected");
        assertWrong(
                write("c.jsonl", good + "{\"body\": 1, \"x\": [2]}"),
                "c.jsonl line 2 has no field text or ids or input_ids: it has body, x");
        assertWrong(write("d.jsonl", good + "{}"), "d.jsonl line 2 has no field text or ids or input_ids: it has none");
        assertWrong(
                write("e.jsonl", good + "{\"ids\": [1, -2]}"),
                "e.jsonl line 2 has something else than token ids in its field ids: -2");
        assertWrong(write("f.jsonl", good + "{\"ids\": [1, 2.5]}"), "f.jsonl line 2 has something else than token ids");
        assertWrong(write("g.jsonl", good + "{\"ids\": [3000000000]}"), "g.jsonl line 2");
        assertWrong(write("h.jsonl", good + "{\"text\": 5}"), "h.jsonl line 2 has neither a text nor an array");
        assertWrong(write("i.jsonl", good + "{\"text\": \"\\ud800\"}"), "i.jsonl line 2 has half a surrogate pair");
        assertWrong(write("j.jsonl", good + good.strip() + good), "j.jsonl line 2 goes on after its JSON object");
        assertWrong(write("k.jsonl", good + "[".repeat(5000)), "k.jsonl line 2");
        assertWrong(write("l.jsonl", "{\"a\":".repeat(5000)), "l.jsonl line 1");
    }

    @Test
    void aDamagedGzipIsNamed() throws IOException {
        Path whole = gzip("a.txt.gz", "some text to pack");
        byte[] bytes = Files.readAllBytes(whole);
        assertWrong(
                Files.write(folder.resolve("cut.txt.gz"), Arrays.copyOf(bytes, bytes.length - 12)),
                "cut.txt.gz cannot be read: it is cut short");
        assertWrong(write("plain.txt.gz", "not packed"), "plain.txt.gz cannot be read: Not in GZIP format");
        assertWrong(write("nothing.txt.gz", ""), "nothing.txt.gz cannot be read: it is cut short");
    }

    @Test
    void aCorpusWithoutTextIsRefused() throws IOException {
        Path bare = folder.resolve("empty");
        Path empty = write("empty/a.txt", "");
        write("empty/b.jsonl", "\n{\"text\": \"\"}\n");
        assertWrong(empty, "There is no text in " + empty);
        assertWrong(bare, "There is no text in " + bare);
        assertThatThrownBy(() -> documents(Corpus.join(List.of()))).isInstanceOf(BadInput.class);
        assertThat(texts(Corpus.of(empty, write("full.txt", "full")))).containsExactly("full");
    }

    @Test
    void whatDoesNotExistIsRefusedAtOnce() throws IOException {
        assertThatThrownBy(() -> Corpus.of(folder.resolve("nowhere")))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("There is no file or folder " + folder.resolve("nowhere"));
        Files.createDirectory(folder.resolve("bare"));
        assertThatThrownBy(() -> Corpus.of(folder.resolve("bare")))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("has no files");
        Path loop = Files.createDirectory(folder.resolve("loop"));
        Files.createSymbolicLink(loop.resolve("again"), loop);
        assertThatThrownBy(() -> Corpus.of(loop)).isInstanceOf(BadInput.class).hasMessageContaining("leads back");
    }

    @Test
    void anyDamageGivesDocumentsOrOneClearSentence() throws IOException {
        byte[] lines = "{\"text\": \"Grüße\", \"ids\": [1, 2]}\n{\"text\": \"b\\u00e9\"}\n"
                .repeat(3)
                .getBytes(StandardCharsets.UTF_8);
        byte[] packed = Files.readAllBytes(gzip("a.jsonl.gz", new String(lines, StandardCharsets.UTF_8)));
        var random = new Random(7);
        int refused = 0;
        for (int i = 0; i < 2000; i++) {
            boolean gz = i % 2 == 0;
            byte[] bytes = (gz ? packed : lines).clone();
            for (int n = random.nextInt(1, 4); n > 0; n--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            Path file = Files.write(
                    folder.resolve(gz ? "fuzz.jsonl.gz" : "fuzz.jsonl"),
                    Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)));
            try {
                documents(Corpus.of(file));
            } catch (BadInput e) {
                refused++;
                assertThat(e.getMessage()).contains(file.toString());
            }
        }
        assertThat(refused).isGreaterThan(1000);
    }

    private void assertWrong(Path source, String message) {
        assertThatThrownBy(() -> documents(Corpus.of(source)))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining(message);
    }

    private Path write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private Path gzip(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return file;
    }

    private static List<Document> documents(Corpus corpus) {
        try (Stream<Document> documents = corpus.documents()) {
            return new ArrayList<>(documents.toList());
        }
    }

    private static List<String> texts(Corpus corpus) {
        return documents(corpus).stream().map(d -> ((Document.Text) d).text()).toList();
    }

    private static List<String> origins(Corpus corpus) {
        return documents(corpus).stream().map(Document::origin).toList();
    }

    private static String join(List<Document> pieces) {
        return pieces.stream().map(d -> ((Document.Text) d).text()).collect(Collectors.joining());
    }
}
