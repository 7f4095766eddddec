package chainrule.data;

import chainrule.BadInput;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * A tokenised corpus in a mapped file: the ids of all documents one after another, each document ended by the
 * vocabulary's end-of-document id, and begun by its begin-of-document id if it has one. Where the corpus had
 * {@link Document.Example}s, which are as they came, the file also says which ids are trained. The format is that of
 * {@link TokenHeader}.
 */
public final class TokenFile implements AutoCloseable {
    /** Is told after every piece of text how far the writing of a token file has come. */
    @FunctionalInterface
    public interface Progress {
        /** Tells nobody. */
        Progress NONE = (documents, tokens, bytes) -> {};

        /** @param bytes read of the corpus's files */
        void at(long documents, long tokens, long bytes);
    }

    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path file;
    private final Arena arena;
    private final TokenHeader header;
    private final MemorySegment bytes;

    private TokenFile(Path file, Arena arena, TokenHeader header, MemorySegment bytes) {
        this.file = file;
        this.arena = arena;
        this.header = header;
        this.bytes = bytes;
    }

    /**
     * Tokenises a corpus into {@code file}, document by document. The file appears under its name when it is complete
     * and on the disk, in place of an earlier one; whatever happens before leaves the earlier one as it was.
     *
     * @throws BadInput for a corpus without tokens or with an id outside the vocabulary, and where the file cannot be
     *     written
     */
    public static void write(Path file, Corpus corpus, Vocabulary vocabulary, Progress progress) {
        long[] read = new long[1];
        try (var writer = new TokenWriter(file, vocabulary);
                Stream<Document> documents = corpus.documents(bytes -> read[0] += bytes)) {
            for (var each = documents.iterator(); each.hasNext(); ) {
                writer.add(each.next());
                progress.at(writer.documents(), writer.tokens(), read[0]);
            }
            writer.finish();
        } catch (IOException e) {
            throw new BadInput(
                    "The token file " + file + " cannot be written (" + Reason.of(e)
                            + "): name one where there is room and you may write.",
                    e);
        }
    }

    /**
     * Maps a token file. The ids themselves are not read here: {@link #verify} does that.
     *
     * @throws BadInput for what is no token file, is damaged or cut short
     */
    public static TokenFile open(Path file) {
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            long first = Math.min(bytes.byteSize(), TokenHeader.BYTES);
            var header = TokenHeader.read(file, bytes.asSlice(0, first).asByteBuffer(), bytes.byteSize());
            var tokens = new TokenFile(file, arena, header, bytes);
            tokens.checkEnds();
            return tokens;
        } catch (IOException e) {
            arena.close();
            throw new BadInput("The token file " + file + " cannot be read: " + Reason.of(e) + ".", e);
        } catch (BadInput e) {
            arena.close();
            throw e;
        }
    }

    public Path file() {
        return file;
    }

    public int vocabulary() {
        return header.vocabulary();
    }

    public int endOfDocument() {
        return header.endOfDocument();
    }

    public long tokens() {
        return header.tokens();
    }

    public long documents() {
        return header.documents();
    }

    /** Whether some ids are only read; without that all are trained. */
    public boolean masked() {
        return header.masked();
    }

    /** The number of ids of the longest document. */
    public long longest() {
        long longest = 0;
        for (long document = 0; document < documents(); document++) {
            longest = Math.max(longest, end(document) - start(document));
        }
        return longest;
    }

    /** The position of a document's first id. */
    public long start(long document) {
        Objects.checkIndex(document, documents());
        return document == 0 ? 0 : end(document - 1);
    }

    /** The position after a document's last id, which is its end-of-document id unless the file is {@link #masked}. */
    public long end(long document) {
        Objects.checkIndex(document, documents());
        return bytes.get(LONG, header.endsOffset() + document * Long.BYTES);
    }

    /**
     * Copies {@code count} ids from {@code position} on to {@code into[at]} and following.
     *
     * @throws BadInput for an id that is outside the vocabulary, which only damage can bring about
     */
    public void read(long position, int[] into, int at, int count) {
        Objects.checkFromIndexSize(position, count, tokens());
        for (int i = 0; i < count; i++) {
            into[at + i] = id(position + i);
        }
    }

    /** Whether the id at a position is trained. */
    public boolean trained(long position) {
        Objects.checkIndex(position, tokens());
        long bits = masked() ? bytes.get(LONG, header.maskOffset() + position / Long.SIZE * Long.BYTES) : -1;
        return (bits >>> position & 1) != 0;
    }

    /** Compares all of the file with its checksum. @throws BadInput where it differs */
    public void verify() {
        var crc = new CRC32C();
        long part = 1 << 20;
        for (long at = TokenHeader.BYTES; at < bytes.byteSize(); at += part) {
            crc.update(bytes.asSlice(at, Math.min(part, bytes.byteSize() - at)).asByteBuffer());
        }
        if ((int) crc.getValue() != header.checksum()) {
            throw TokenHeader.wrong(file, "is damaged: its checksum differs");
        }
    }

    @Override
    public void close() {
        arena.close();
    }

    private int id(long position) {
        int id = header.width() == 2
                ? Short.toUnsignedInt(bytes.get(SHORT, TokenHeader.BYTES + position * 2))
                : bytes.get(INT, TokenHeader.BYTES + position * 4);
        if (id < 0 || id >= header.vocabulary()) {
            throw TokenHeader.wrong(file, "is damaged: it has the id " + id + " at " + position);
        }
        return id;
    }

    private void checkEnds() {
        long last = 0;
        for (long document = 0; document < documents(); document++) {
            long end = end(document);
            if (end <= last) {
                throw TokenHeader.wrong(file, "is damaged: document " + document + " ends before it begins");
            }
            last = end;
        }
        if (last != tokens()) {
            throw TokenHeader.wrong(file, "is damaged: its documents end at " + last + " of " + tokens());
        }
    }
}
