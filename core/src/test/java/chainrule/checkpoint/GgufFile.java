package chainrule.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A GGUF file that a test makes: metadata and tensors, well-formed unless a test asks for something else. */
final class GgufFile {
    private record Item(String name, long type, long offset, long... shape) {}

    private final ByteArrayOutputStream metadata = new ByteArrayOutputStream();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private final List<Item> items = new ArrayList<>();
    private int count;

    GgufFile put(String key, Object value) {
        count++;
        text(metadata, key);
        number(metadata, 4, type(value));
        value(metadata, value);
        return this;
    }

    private static int type(Object value) {
        return switch (value) {
            case Integer _ -> 4;
            case Float _ -> 6;
            case Boolean _ -> 7;
            case String _ -> 8;
            case List<?> _ -> 9;
            default -> throw new IllegalArgumentException(value.toString());
        };
    }

    private static void value(ByteArrayOutputStream out, Object value) {
        switch (value) {
            case Integer i -> number(out, 4, i);
            case Float f -> number(out, 4, Float.floatToRawIntBits(f));
            case Boolean b -> out.write(b ? 1 : 0);
            case String s -> text(out, s);
            case List<?> list -> {
                number(out, 4, list.isEmpty() ? 4 : type(list.getFirst()));
                number(out, 8, list.size());
                list.forEach(v -> value(out, v));
            }
            default -> throw new IllegalArgumentException(value.toString());
        }
    }

    /** A tensor of ggml's type of that number, with a row-major shape. */
    GgufFile tensor(String name, long type, byte[] bytes, long... shape) {
        items.add(new Item(name, type, data.size(), shape));
        data.writeBytes(bytes);
        data.writeBytes(new byte[(32 - data.size() % 32) % 32]);
        return this;
    }

    GgufFile tensor(String name, float[] values, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float v : values) {
            bytes.putFloat(v);
        }
        return tensor(name, 0, bytes.array(), shape);
    }

    /** In blocks of 32 whole numbers with a scale, Q8_0. */
    GgufFile quantised(String name, float[] values, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length / 32 * 34).order(ByteOrder.LITTLE_ENDIAN);
        for (int block = 0; block < values.length; block += 32) {
            float most = 0;
            for (int i = 0; i < 32; i++) {
                most = Math.max(most, Math.abs(values[block + i]));
            }
            short scale = Float.floatToFloat16(most / 127);
            bytes.putShort(scale);
            for (int i = 0; i < 32; i++) {
                bytes.put((byte) Math.clamp(Math.round(values[block + i] / Float.float16ToFloat(scale)), -127, 127));
            }
        }
        return tensor(name, 8, bytes.array(), shape);
    }

    /** A tensor said to be where {@code offset} says, without data of its own. */
    GgufFile claim(String name, long type, long offset, long... shape) {
        items.add(new Item(name, type, offset, shape));
        return this;
    }

    byte[] bytes() {
        return bytes(3, items.size(), count);
    }

    byte[] bytes(long version, long tensors, long keys) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        number(out, 4, 0x46554747);
        number(out, 4, version);
        number(out, 8, tensors);
        number(out, 8, keys);
        out.writeBytes(metadata.toByteArray());
        for (Item item : items) {
            text(out, item.name());
            number(out, 4, item.shape().length);
            for (int d = item.shape().length - 1; d >= 0; d--) {
                number(out, 8, item.shape()[d]);
            }
            number(out, 4, item.type());
            number(out, 8, item.offset());
        }
        out.writeBytes(new byte[(32 - out.size() % 32) % 32]);
        out.writeBytes(data.toByteArray());
        return out.toByteArray();
    }

    Path write(Path file) throws IOException {
        return Files.write(file, bytes());
    }

    private static void text(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        number(out, 8, bytes.length);
        out.writeBytes(bytes);
    }

    private static void number(ByteArrayOutputStream out, int size, long value) {
        for (int i = 0; i < size; i++) {
            out.write((int) (value >> (8 * i)));
        }
    }
}
