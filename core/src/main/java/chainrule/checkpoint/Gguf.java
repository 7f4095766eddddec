package chainrule.checkpoint;

import chainrule.BadInput;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;
import java.util.SequencedMap;

/**
 * A GGUF file (versions 2 and 3, little-endian): typed metadata and tensors, single or quantised in blocks
 * (github.com/ggml-org/ggml, docs/gguf.md). Tensors have the names and the order of rows that llama.cpp gave them;
 * {@link Checkpoint} shows them as Hugging Face does.
 */
public final class Gguf implements TensorFile {
    private final Mapped file;
    private final GgufHeader header;

    private Gguf(Mapped file, GgufHeader header) {
        this.file = file;
        this.header = header;
    }

    /** @throws BadInput where the file is no GGUF file that holds together */
    public static Gguf open(Path path) {
        return Mapped.open(path, file -> new Gguf(file, GgufHeader.read(file)));
    }

    /** Opens a file whose header was read before, and is read again only if the file has another size now. */
    static Gguf open(Path path, GgufHeader known) {
        return Mapped.open(
                path, file -> new Gguf(file, file.size() == known.fileSize() ? known : GgufHeader.read(file)));
    }

    GgufHeader header() {
        return header;
    }

    /**
     * The metadata in the file's order. Whole numbers are {@link Long} ({@link java.math.BigInteger} from 2^63), others
     * {@link Float} or {@link Double} as stored; texts {@link String}, truth values {@link Boolean}, arrays {@code
     * List<Object>}.
     */
    public Map<String, Object> metadata() {
        return header.metadata();
    }

    @Override
    public String origin() {
        return file.file().toString();
    }

    @Override
    public SequencedMap<String, Entry> directory() {
        return header.entries();
    }

    @Override
    public MemorySegment bytes(String name) {
        Entry entry = entry(name);
        return file.memory().asSlice(header.start() + entry.offset(), entry.bytes());
    }

    @Override
    public void close() {
        file.close();
    }
}
