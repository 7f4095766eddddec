package chainrule.text.template;

import java.math.BigInteger;
import java.util.Locale;

/** Python's number and string literals, as Jinja's lexer accepts them. */
final class Literals {
    private static final String PLAIN_ESCAPES = "\\'\"abfnrtv";
    private static final String PLAIN_VALUES = "\\'\"\u0007\b\f\n\r\t\u000b";

    private Literals() {}

    /** The end of digits that single underscores may group; {@code from} if there is none. */
    private static int digitsEnd(String s, int from, int base) {
        int i = from;
        while (i < s.length()) {
            int digit = s.charAt(i) == '_' && i > from && i + 1 < s.length() ? i + 1 : i;
            if (Character.digit(s.charAt(digit), base) < 0 || s.charAt(digit) > 'f') {
                break;
            }
            i = digit + 1;
        }
        return i;
    }

    /** The end of the float at {@code from}, -1 if there is none: a fraction or an exponent makes a number a float. */
    static int floatEnd(String s, int from) {
        int whole = digitsEnd(s, from, 10);
        int i = whole;
        if (i < s.length() && s.charAt(i) == '.') {
            int fraction = digitsEnd(s, i + 1, 10);
            i = fraction > i + 1 ? fraction : i;
        }
        if (i < s.length() && (s.charAt(i) == 'e' || s.charAt(i) == 'E')) {
            boolean signed = i + 1 < s.length() && "+-".indexOf(s.charAt(i + 1)) >= 0;
            int digits = i + (signed ? 2 : 1);
            int exponent = digitsEnd(s, digits, 10);
            i = exponent > digits ? exponent : i;
        }
        return i > whole ? i : -1;
    }

    static int integerEnd(String s, int from) {
        if (s.charAt(from) != '0') {
            return digitsEnd(s, from, 10);
        }
        int base = from + 1 < s.length() ? base(s.charAt(from + 1)) : 10;
        if (base != 10) {
            boolean grouped = from + 2 < s.length() && s.charAt(from + 2) == '_';
            int digits = from + (grouped ? 3 : 2);
            int end = digitsEnd(s, digits, base);
            if (end > digits) {
                return end;
            }
        }
        int i = from + 1;
        while (i < s.length()
                && (s.charAt(i) == '0' || (s.charAt(i) == '_' && i + 1 < s.length() && s.charAt(i + 1) == '0'))) {
            i++;
        }
        return i;
    }

    private static int base(char letter) {
        return switch (Character.toLowerCase(letter)) {
            case 'b' -> 2;
            case 'o' -> 8;
            case 'x' -> 16;
            default -> 10;
        };
    }

    static Object integer(String literal) {
        String digits = literal.replace("_", "");
        int base = digits.length() > 1 ? base(digits.charAt(1)) : 10;
        String significant = base == 10 ? digits : digits.substring(2).toLowerCase(Locale.ROOT);
        if (significant.length() > Arithmetic.MAX_DIGITS) {
            throw new TemplateException("Exceeds the limit (4300 digits) for integer string conversion");
        }
        return Arithmetic.normal(new BigInteger(significant, base));
    }

    /** The text of a string literal's inside, by the rules of Python's {@code unicode-escape} codec. */
    static String unescape(String inside) {
        if (inside.indexOf('\\') < 0) {
            return inside;
        }
        var text = new StringBuilder();
        for (int i = 0; i < inside.length(); ) {
            char c = inside.charAt(i++);
            if (c != '\\') {
                text.append(c);
                continue;
            }
            char escape = inside.charAt(i);
            int plain = PLAIN_ESCAPES.indexOf(escape);
            if (plain >= 0) {
                text.append(PLAIN_VALUES.charAt(plain));
                i++;
            } else if (escape == '\n') {
                i++;
            } else if (escape >= '0' && escape <= '7') {
                int end = i;
                while (end < Math.min(i + 3, inside.length()) && Character.digit(inside.charAt(end), 8) >= 0) {
                    end++;
                }
                text.append((char) Integer.parseInt(inside.substring(i, end), 8));
                i = end;
            } else if ("xuU".indexOf(escape) >= 0) {
                int length = escape == 'x' ? 2 : escape == 'u' ? 4 : 8;
                text.appendCodePoint(hex(inside, i + 1, length, escape));
                i += 1 + length;
            } else if (escape == 'N') {
                i = named(inside, i + 1, text);
            } else {
                i = unknown(inside, i, text);
            }
        }
        return text.toString();
    }

    private static int hex(String inside, int from, int length, char escape) {
        for (int i = from; i < from + length; i++) {
            if (i >= inside.length() || Character.digit(inside.charAt(i), 16) < 0) {
                throw new TemplateException("truncated \\" + escape + "X".repeat(length) + " escape");
            }
        }
        long value = Long.parseLong(inside.substring(from, from + length), 16);
        if (value > Character.MAX_CODE_POINT) {
            throw new TemplateException("illegal Unicode character");
        }
        return (int) value;
    }

    private static int named(String inside, int from, StringBuilder text) {
        int end = inside.indexOf('}', from);
        if (end < 0 || inside.charAt(from) != '{') {
            throw new TemplateException("malformed \\N character escape");
        }
        try {
            text.appendCodePoint(Character.codePointOf(inside.substring(from + 1, end)));
        } catch (IllegalArgumentException e) {
            throw new TemplateException("unknown Unicode character name");
        }
        return end + 1;
    }

    /** An unknown escape stays as it is; Jinja has turned a character beyond ASCII into an escape by then. */
    private static int unknown(String inside, int at, StringBuilder text) {
        int c = inside.codePointAt(at);
        text.append('\\');
        if (c < 0x80) {
            text.append((char) c);
        } else {
            text.append(Repr.escape(c), 1, Repr.escape(c).length());
        }
        return at + Character.charCount(c);
    }
}
