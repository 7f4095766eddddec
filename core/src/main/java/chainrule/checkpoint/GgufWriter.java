package chainrule.checkpoint;

import chainrule.BadInput;
import chainrule.tensor.Scope;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * A GGUF file of version 3 being written: metadata in the order given, tensors one after another at multiples of 32 bytes.
 * It has its name only when it is whole and on the disk.
 */
final class GgufWriter {
    private static final int ALIGNMENT = 32;
    private static final long PIECE = 1 << 24;

    private final ByteArrayOutputStream header = new ByteArrayOutputStream();

    /** A tensor and the type it is written in. */
    record Weight(String name, Dtype dtype, Tensor values) {
        long[] shape() {
            try (var _ = new Scope()) {
                return values.sizes().vec().get();
            }
        }

        Entry entry() {
            return new Entry(name, dtype, 0, shape());
        }
    }

    private GgufWriter() {}

    /**
     * Writes a file.
     *
     * @param metadata whole numbers as {@link Integer} (written as uint32), {@link Float}, {@link Boolean}, {@link String},
     *     and lists of one of these, or {@code int[]} (written as int32) and {@code float[]}
     * @throws BadInput where a number is too large for the type of its tensor
     */
    static void write(Path file, Map<String, Object> metadata, List<Weight> weights) throws IOException {
        GgufWriter to = new GgufWriter();
        to.number(4, 0x46554747);
        to.number(4, 3);
        to.number(8, weights.size());
        to.number(8, metadata.size());
        metadata.forEach((key, value) -> {
            to.text(key);
            to.number(4, type(value));
            to.value(value);
        });
        long offset = 0;
        List<Long> padding = new ArrayList<>();
        for (Weight weight : weights) {
            to.tensor(weight, offset);
            long bytes = weight.entry().bytes();
            padding.add(Math.floorMod(-bytes, (long) ALIGNMENT));
            offset += bytes + padding.getLast();
        }
        to.header.writeBytes(new byte[Math.floorMod(-to.header.size(), ALIGNMENT)]);
        AtomicFile.write(file, channel -> {
            all(channel, ByteBuffer.wrap(to.header.toByteArray()));
            for (int i = 0; i < weights.size(); i++) {
                data(channel, file, weights.get(i));
                all(channel, ByteBuffer.allocate(padding.get(i).intValue()));
            }
        });
    }

    private static void data(FileChannel channel, Path file, Weight weight) throws IOException {
        try (var _ = new Scope()) {
            boolean lost = !weight.values.isfinite().all().item_bool()
                    || (weight.dtype == Dtype.F16 && weight.values.abs().max().item_float() >= 65520);
            if (lost) {
                throw new BadInput(file + ": tensor " + weight.name + " has numbers that " + weight.dtype
                        + " cannot hold: choose bf16 or f32.");
            }
            MemorySegment bytes = Rounding.bytes(weight.values, weight.dtype);
            for (long at = 0; at < bytes.byteSize(); at += PIECE) {
                all(
                        channel,
                        bytes.asSlice(at, Math.min(PIECE, bytes.byteSize() - at))
                                .asByteBuffer());
            }
        }
    }

    private static void all(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static int type(Object value) {
        return switch (value) {
            case Integer _ -> 4;
            case Float _ -> 6;
            case Boolean _ -> 7;
            case String _ -> 8;
            case List<?> _, int[] _, float[] _ -> 9;
            default -> throw new IllegalArgumentException(value + " is no metadata");
        };
    }

    private void value(Object value) {
        switch (value) {
            case Integer i -> number(4, i);
            case Float f -> number(4, Float.floatToRawIntBits(f));
            case Boolean b -> number(1, b ? 1 : 0);
            case String s -> text(s);
            case int[] all -> {
                number(4, 5);
                number(8, all.length);
                for (int i : all) {
                    number(4, i);
                }
            }
            case float[] all -> {
                number(4, 6);
                number(8, all.length);
                for (float f : all) {
                    number(4, Float.floatToRawIntBits(f));
                }
            }
            case List<?> list -> {
                number(4, list.isEmpty() ? 8 : type(list.getFirst()));
                number(8, list.size());
                list.forEach(this::value);
            }
            default -> throw new IllegalArgumentException(value + " is no metadata");
        }
    }

    private void tensor(Weight weight, long offset) {
        long[] shape = weight.shape();
        text(weight.name);
        number(4, shape.length);
        for (int d = shape.length - 1; d >= 0; d--) {
            number(8, shape[d]);
        }
        number(4, weight.dtype.ggml());
        number(8, offset);
    }

    private void text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        number(8, bytes.length);
        header.writeBytes(bytes);
    }

    private void number(int size, long value) {
        byte[] bytes = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
        header.write(bytes, 0, size);
    }
}
