package chainrule.checkpoint;

import chainrule.BadInput;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;

/**
 * A safetensors file: 8 bytes of header length, a JSON header, and the tensors' bytes, little-endian, without gaps
 * (github.com/huggingface/safetensors, "Format").
 */
public final class Safetensors implements TensorFile {
    private static final long LONGEST_HEADER = 100_000_000;
    private static final ValueLayout.OfLong LENGTH = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int PIECE = 1 << 28;

    private final Mapped file;
    private final SafetensorsHeader header;
    private final MemorySegment data;

    private Safetensors(Mapped file, SafetensorsHeader header, MemorySegment data) {
        this.file = file;
        this.header = header;
        this.data = data;
    }

    /** @throws BadInput where the file is no safetensors file that holds together */
    public static Safetensors open(Path path) {
        return Mapped.open(path, Safetensors::read);
    }

    private static Safetensors read(Mapped file) {
        if (file.size() < Long.BYTES) {
            throw file.bad(file.size() + " bytes are too few for a safetensors file");
        }
        long length = file.memory().get(LENGTH, 0);
        if (length < 0 || length > LONGEST_HEADER || length > file.size() - Long.BYTES) {
            throw file.bad("a header of " + Long.toUnsignedString(length) + " bytes is announced in a file of "
                    + file.size() + ": the file is truncated or no safetensors file");
        }
        MemorySegment data = file.memory().asSlice(Long.BYTES + length);
        byte[] json = file.memory().asSlice(Long.BYTES, length).toArray(ValueLayout.JAVA_BYTE);
        return new Safetensors(file, SafetensorsHeader.parse(file.file().toString(), json, data.byteSize()), data);
    }

    /** What the writer noted, as in {@code format=pt}. */
    public Map<String, String> metadata() {
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
        return data.asSlice(entry.offset(), entry.bytes());
    }

    @Override
    public void close() {
        file.close();
    }

    /**
     * Writes tensors, of whatever device and layout, in the order and alignment of the reference implementation. The file
     * appears under its name only when it is whole.
     *
     * @throws IOException where the disk does not take it; what was there before is then unchanged
     */
    public static void write(Path path, Map<String, Tensor> tensors, Map<String, String> metadata) throws IOException {
        List<Entry> entries = new ArrayList<>();
        try (var _ = new Scope()) {
            tensors.forEach((name, tensor) -> {
                long[] shape = tensor.sizes().vec().get();
                entries.add(new Entry(name, dtype(path, name, tensor), 0, shape));
            });
        }
        SafetensorsHeader header = SafetensorsHeader.arrange(path.toString(), entries, metadata);
        byte[] json = header.json();
        int padded = (json.length + 7) / 8 * 8;
        ByteBuffer start = ByteBuffer.allocate(Long.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
        start.putLong(padded).put(json);
        while (start.hasRemaining()) {
            start.put((byte) ' ');
        }
        AtomicFile.write(path, channel -> {
            writeAll(channel, start.flip());
            for (Entry entry : header.entries().values()) {
                Tensor tensor = tensors.get(entry.name());
                if (tensor != null && entry.elements() > 0) {
                    writeTensor(channel, tensor);
                }
            }
        });
    }

    private static Dtype dtype(Path path, String name, Tensor tensor) {
        return Dtype.of(tensor.scalar_type())
                .orElseThrow(() -> new BadInput(path + ": tensor " + name + " of type "
                        + tensor.scalar_type().intern() + " cannot be stored."));
    }

    private static void writeTensor(FileChannel channel, Tensor tensor) throws IOException {
        try (var _ = new Scope()) {
            MemorySegment bytes = Ops.segment(tensor.detach().cpu().contiguous());
            for (long at = 0; at < bytes.byteSize(); at += PIECE) {
                writeAll(
                        channel,
                        bytes.asSlice(at, Math.min(PIECE, bytes.byteSize() - at))
                                .asByteBuffer());
            }
        }
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
