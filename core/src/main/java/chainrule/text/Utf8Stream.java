package chainrule.text;

/**
 * UTF-8 to text, byte by byte: bytes of a character that is not complete are held back, and each longest ill-formed part
 * becomes one U+FFFD (Unicode 17, section 3.9, substitution of maximal subparts).
 */
final class Utf8Stream {
    private int point;
    private int missing;
    private int low;
    private int high;

    /** Takes one byte and appends what is now complete. */
    void push(int b, StringBuilder out) {
        if (missing > 0) {
            if (b >= low && b <= high) {
                point = point << 6 | (b & 0x3F);
                low = 0x80;
                high = 0xBF;
                if (--missing == 0) {
                    out.appendCodePoint(point);
                }
                return;
            }
            end(out);
        }
        lead(b, out);
    }

    /** Ends the text: an incomplete character becomes U+FFFD. */
    void end(StringBuilder out) {
        if (missing > 0) {
            missing = 0;
            out.append('\uFFFD');
        }
    }

    private void lead(int b, StringBuilder out) {
        low = 0x80;
        high = 0xBF;
        if (b < 0x80) {
            out.append((char) b);
        } else if (b >= 0xC2 && b <= 0xDF) {
            point = b & 0x1F;
            missing = 1;
        } else if (b >= 0xE0 && b <= 0xEF) {
            point = b & 0x0F;
            missing = 2;
            low = b == 0xE0 ? 0xA0 : low;
            high = b == 0xED ? 0x9F : high;
        } else if (b >= 0xF0 && b <= 0xF4) {
            point = b & 0x07;
            missing = 3;
            low = b == 0xF0 ? 0x90 : low;
            high = b == 0xF4 ? 0x8F : high;
        } else {
            out.append('\uFFFD');
        }
    }
}
