package chainrule.text.template;

import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's number and string literals, as Jinja's lexer accepts them. */
final class Literals {
    static final Pattern INTEGER = Pattern.compile(
            "0[bB](?:_?[01]++)++|0[oO](?:_?[0-7]++)++|0[xX](?:_?[0-9a-fA-F]++)++|[1-9][0-9]*+(?:_[0-9]++)*+|0++(?:_0++)*+");
    /** A fraction or an exponent makes a number a float. */
    static final Pattern FLOAT = Pattern.compile(
            "DIGITS(?:(?:[.]DIGITS)?[eE][-+]?DIGITS|[.]DIGITS)".replace("DIGITS", "[0-9]++(?:_[0-9]++)*+"));

    private static final String PLAIN_ESCAPES = "\\'\"abfnrtv";
    private static final String PLAIN_VALUES = "\\'\"\u0007\b\f\n\r\t\u000b";

    private Literals() {}

    /** The end of the number at {@code from}, -1 if there is none. */
    static int end(Pattern number, String source, int from) {
        Matcher matcher = number.matcher(source).region(from, source.length());
        return matcher.lookingAt() ? matcher.end() : -1;
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
