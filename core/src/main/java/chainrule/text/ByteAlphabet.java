package chainrule.text;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * GPT-2's one printable character per byte, as byte-level vocabularies write their tokens: printable Latin-1 stands for
 * itself, the other 68 bytes in order for U+0100 and on (Radford et al. 2019, {@code bytes_to_unicode} of the code).
 */
final class ByteAlphabet {
    private static final char[] CHARS = new char[256];
    private static final short[] BYTES = new short[256 + 68];

    static {
        Arrays.fill(BYTES, (short) -1);
        char next = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b != 0xAD);
            CHARS[b] = printable ? (char) b : next++;
            BYTES[CHARS[b]] = (short) b;
        }
    }

    private ByteAlphabet() {}

    /** The character of a byte, 0 to 255. */
    static char of(int b) {
        return CHARS[b];
    }

    /** The characters of all bytes. */
    static String of(byte[] bytes) {
        char[] text = new char[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            text[i] = CHARS[bytes[i] & 0xFF];
        }
        return new String(text);
    }

    /** The bytes of a token, or null if a character of it stands for none. */
    static byte @Nullable [] bytes(String token) {
        byte[] bytes = new byte[token.length()];
        for (int i = 0; i < bytes.length; i++) {
            char c = token.charAt(i);
            if (c >= BYTES.length || BYTES[c] < 0) {
                return null;
            }
            bytes[i] = (byte) BYTES[c];
        }
        return bytes;
    }
}
