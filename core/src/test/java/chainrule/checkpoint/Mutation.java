package chainrule.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Damage to a file: seeded, so that a failure can be repeated. */
record Mutation(SplittableRandom random) {
    private static final long[] NUMBERS = {
        0,
        1,
        2,
        7,
        8,
        31,
        32,
        255,
        256,
        0x7FFF,
        0x10000,
        0x7FFFFFFF,
        0x80000000L,
        0xFFFFFFFFL,
        1L << 40,
        1L << 62,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        -1,
        -8
    };
    private static final Pattern TOKEN = Pattern.compile(
            "\"(?:[^\"\\\\]|\\\\.)*\"|-?\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?|true|false|null|[\\[\\]{},:]");
    private static final List<String> TOKENS = List.of(
            "0",
            "-1",
            "1.5",
            "1e400",
            "-0.0",
            "9223372036854775807",
            "9223372036854775808",
            "99999999999999999999999",
            "18446744073709551615",
            "null",
            "true",
            "\"\"",
            "\"x\"",
            "\"../x\"",
            "\"/etc/passwd\"",
            "\"F64\"",
            "\"F99\"",
            "\"\\ud800\"",
            "\"\\u0000\"",
            "[]",
            "{}",
            "[[[[]]]]",
            "{\"a\":1,\"a\":2}",
            "[4294967296,4294967296]",
            "[0,18446744073709551615]",
            "NaN",
            ",",
            "]",
            "}");

    static Mutation of(long seed) {
        return new Mutation(new SplittableRandom(seed));
    }

    /** @param hot the number of bytes at the start that most of the damage goes to */
    byte[] bytes(byte[] original, int hot) {
        byte[] bytes = original;
        for (int times = random.nextInt(1, 4); times > 0; times--) {
            bytes = once(bytes, Math.max(1, Math.min(hot, bytes.length)));
        }
        return bytes;
    }

    private byte[] once(byte[] original, int hot) {
        if (original.length < 16) {
            return new byte[random.nextInt(16)];
        }
        byte[] bytes = original.clone();
        int at = random.nextInt(random.nextInt(8) == 0 ? bytes.length : hot);
        int size = Math.min(random.nextInt(1, 40), bytes.length - at);
        switch (random.nextInt(7)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt(256);
            case 2 -> number(bytes, at, random.nextInt(2) == 0 ? 4 : 8);
            case 3 -> bytes = Arrays.copyOf(bytes, at);
            case 4 -> bytes = join(Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, at + size, bytes.length));
            case 5 -> bytes = join(Arrays.copyOf(bytes, at + size), Arrays.copyOfRange(bytes, at, bytes.length));
            default -> System.arraycopy(original, random.nextInt(original.length - size + 1), bytes, at, size);
        }
        return bytes;
    }

    private void number(byte[] bytes, int at, int size) {
        long value = NUMBERS[random.nextInt(NUMBERS.length)];
        byte[] word = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
        System.arraycopy(word, 0, bytes, at, Math.min(size, bytes.length - at));
    }

    private static byte[] join(byte[] a, byte[] b) {
        byte[] all = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, all, a.length, b.length);
        return all;
    }

    /** Damage to JSON: mostly whole tokens, sometimes bytes. */
    byte[] json(byte[] original) {
        if (random.nextInt(3) == 0) {
            return bytes(original, original.length);
        }
        String text = new String(original, StandardCharsets.UTF_8);
        for (int times = random.nextInt(1, 4); times > 0; times--) {
            List<MatchResult> tokens = TOKEN.matcher(text).results().toList();
            if (!tokens.isEmpty()) {
                MatchResult token = tokens.get(random.nextInt(tokens.size()));
                MatchResult other = tokens.get(random.nextInt(tokens.size()));
                String with = random.nextInt(3) == 0 ? other.group() : TOKENS.get(random.nextInt(TOKENS.size()));
                text = text.substring(0, token.start()) + with + text.substring(token.end());
            }
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
