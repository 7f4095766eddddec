package chainrule.checkpoint;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;

/** A position within a GGUF file's header. Nothing is read or allocated before its length was compared with the file's. */
final class GgufCursor {

    /** The number of bytes that a value of each type has at least; type 8 is text, 9 a list. */
    private static final int[] SMALLEST = {1, 1, 2, 2, 4, 4, 4, 1, 8, 12, 8, 8, 8};

    private static final int LIST = 9;
    private static final int DEEPEST = 8;

    /** Vocabularies have some 300,000 tokens and as many merges; a file with more values than this would only fill memory. */
    private static final long MOST_VALUES = 1 << 23;

    private final Mapped file;
    private final ByteBuffer memory;
    private int position;
    private long values;

    GgufCursor(Mapped file) {
        this.file = file;
        this.memory = file.memory()
                .asSlice(0, Math.min(file.size(), Integer.MAX_VALUE))
                .asByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    long position() {
        return position;
    }

    private int take(long bytes) {
        if (bytes < 0 || bytes > memory.limit() - position) {
            throw file.bad("the header ends outside the file, which is truncated or damaged: fetch it again");
        }
        int start = position;
        position += (int) bytes;
        return start;
    }

    long u32() {
        return Integer.toUnsignedLong(memory.getInt(take(4)));
    }

    long i64() {
        return memory.getLong(take(8));
    }

    /** A number of things that follow, each of at least {@code smallest} bytes. */
    long count(String what, int smallest) {
        long count = i64();
        if (count < 0 || count > (memory.limit() - position) / smallest) {
            throw file.bad(Long.toUnsignedString(count) + " " + what
                    + " are announced, more than the file can hold: it is truncated or damaged");
        }
        return count;
    }

    String text(String what) {
        int length = (int) count("bytes of text", 1);
        byte[] bytes = new byte[length];
        memory.get(take(length), bytes);
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') >= 0 && !Arrays.equals(bytes, text.getBytes(StandardCharsets.UTF_8))) {
            throw file.bad(what + " is no UTF-8 text: " + Quote.of(text));
        }
        return text;
    }

    /** A value with its type: Long (BigInteger from 2^63), Float, Double, Boolean, String or List. */
    Object value() {
        return value(type(), 0);
    }

    private int type() {
        long type = u32();
        if (type >= SMALLEST.length) {
            throw file.bad("a value of the metadata has the unknown type " + type);
        }
        return (int) type;
    }

    private Object value(int type, int depth) {
        if (++values > MOST_VALUES) {
            throw file.bad("the metadata have more than " + MOST_VALUES + " values");
        }
        return switch (type) {
            case 0 -> Byte.toUnsignedLong(memory.get(take(1)));
            case 1 -> (long) memory.get(take(1));
            case 2 -> Short.toUnsignedLong(memory.getShort(take(2)));
            case 3 -> (long) memory.getShort(take(2));
            case 4 -> u32();
            case 5 -> (long) memory.getInt(take(4));
            case 6 -> Float.intBitsToFloat(memory.getInt(take(4)));
            case 7 -> memory.get(take(1)) != 0;
            case 8 -> text("a value of the metadata");
            case LIST -> list(depth + 1);
            case 10 -> unsigned(i64());
            case 11 -> i64();
            default -> Double.longBitsToDouble(i64());
        };
    }

    private Object list(int depth) {
        if (depth > DEEPEST) {
            throw file.bad("lists in the metadata are nested more than " + DEEPEST + " deep");
        }
        int type = type();
        long count = count("list elements", SMALLEST[type]);
        if (count > MOST_VALUES - values) {
            throw file.bad("the metadata have more than " + MOST_VALUES + " values");
        }
        Object[] elements = new Object[(int) count];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = value(type, depth);
        }
        return Collections.unmodifiableList(Arrays.asList(elements));
    }

    private static Object unsigned(long bits) {
        return bits >= 0 ? (Object) bits : new BigInteger(Long.toUnsignedString(bits));
    }
}
