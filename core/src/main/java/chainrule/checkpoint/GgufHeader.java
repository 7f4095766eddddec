package chainrule.checkpoint;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * A GGUF file's header: metadata, and each tensor's entry.
 *
 * <p>After the magic number come the version, the numbers of tensors and of metadata, the metadata (key, type, value), the
 * tensors' descriptions (name, dimensions from the innermost outwards, type, offset), and, aligned, their data.
 *
 * @param fileSize the size of the file that it was checked against
 * @param start where the tensors' data begin
 */
record GgufHeader(long fileSize, Map<String, Object> metadata, SequencedMap<String, Entry> entries, long start) {
    private static final long MAGIC = 0x46554747;
    private static final int SMALLEST_ITEM = 12;
    private static final int MOST_DIMENSIONS = 8;

    static GgufHeader read(Mapped file) {
        GgufCursor at = new GgufCursor(file);
        if (at.u32() != MAGIC) {
            throw file.bad("this is no GGUF file");
        }
        long version = at.u32();
        if ((version & 0xFFFF) == 0) {
            throw file.bad("big-endian GGUF files are not supported: convert it");
        }
        if (version != 2 && version != 3) {
            throw file.bad("GGUF version " + version + " is not supported, only 2 and 3: convert the model anew");
        }
        long tensors = at.count("tensors", SMALLEST_ITEM);
        long items = at.count("metadata", SMALLEST_ITEM);
        Map<String, Object> metadata = new LinkedHashMap<>();
        for (long i = 0; i < items; i++) {
            String key = at.text("a metadata key");
            if (key.isEmpty() || metadata.put(key, at.value()) != null) {
                throw file.bad("metadata '" + Quote.of(key) + "' is no key, or occurs twice");
            }
        }
        SequencedMap<String, Entry> entries = new LinkedHashMap<>();
        for (long i = 0; i < tensors; i++) {
            Entry entry = entry(file, at);
            if (entries.put(entry.name(), entry) != null) {
                throw file.bad("tensor " + Quote.of(entry.name()) + " occurs twice");
            }
        }
        long start = align(file, at.position(), metadata.getOrDefault("general.alignment", 32L));
        Entry.checkLayout(file.file().toString(), entries.values(), file.size() - start);
        return new GgufHeader(
                file.size(),
                Collections.unmodifiableMap(metadata),
                Collections.unmodifiableSequencedMap(entries),
                start);
    }

    private static Entry entry(Mapped file, GgufCursor at) {
        String name = at.text("a tensor's name");
        long dimensions = at.u32();
        if (dimensions > MOST_DIMENSIONS) {
            throw file.bad("tensor " + Quote.of(name) + " has " + dimensions + " dimensions");
        }
        long[] shape = new long[(int) dimensions];
        for (int d = shape.length - 1; d >= 0; d--) {
            shape[d] = at.i64();
        }
        long type = at.u32();
        Dtype dtype = Dtype.ofGguf(type)
                .orElseThrow(
                        () -> file.bad(
                                "tensor " + Quote.of(name) + " has type " + type
                                        + ", which is not supported: use a file in F32, F16, BF16, Q8_0, Q4_0 to Q5_1 or Q2_K to Q6_K"));
        return Entry.of(file.file().toString(), name, dtype, at.i64(), shape);
    }

    private static long align(Mapped file, long position, Object alignment) {
        if (!(alignment instanceof Long a) || a < 1 || a > 1 << 30 || Long.bitCount(a) != 1) {
            throw file.bad("general.alignment is " + Quote.of(alignment.toString()) + ", not a power of two");
        }
        return (position + a - 1) / a * a;
    }
}
