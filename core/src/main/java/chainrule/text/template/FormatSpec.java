package chainrule.text.template;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How to write one value: {@code [[fill]align][sign][0][width][grouping][.precision][type]}, Python's format
 * specification. What is absent is 0, the precision -1. Source: Python documentation, "Format Specification
 * Mini-Language".
 */
record FormatSpec(String fill, char align, char sign, int width, char grouping, int precision, char type) {
    private static final Pattern FORM = Pattern.compile(
            "(?:(.)?([<>=^]))?([-+ ])?(0)?(\\d{0,9})([,_])?(?:\\.(\\d{1,9}))?([a-zA-Z%])?", Pattern.DOTALL);

    static FormatSpec parse(String spec) {
        Matcher parts = FORM.matcher(spec);
        if (!parts.matches()) {
            throw new TemplateException("Invalid format specifier '" + spec + "'");
        }
        String fill = parts.group(1);
        String width = parts.group(5);
        String precision = parts.group(7);
        boolean zero = parts.group(4) != null;
        return new FormatSpec(
                fill != null ? fill : zero ? "0" : " ",
                zero && parts.group(2) == null ? '=' : letter(parts.group(2)),
                letter(parts.group(3)),
                width.isEmpty() ? 0 : Integer.parseInt(width),
                letter(parts.group(6)),
                precision == null ? -1 : Integer.parseInt(precision),
                letter(parts.group(8)));
    }

    private static char letter(@Nullable String part) {
        return part == null ? 0 : part.charAt(0);
    }

    String format(Budget budget, Object value) {
        budget.text(width + (long) Math.max(0, precision));
        if (value instanceof Boolean b && type != 0) {
            return format(budget, b ? 1L : 0L);
        }
        if (Arithmetic.isInteger(value)) {
            return switch (type) {
                case 0, 'd', 'b', 'o', 'x', 'X' -> integer(value);
                default -> real(Arithmetic.real(value));
            };
        }
        if (value instanceof Double d) {
            return real(d);
        }
        if (!(value instanceof String text) || (type != 0 && type != 's') || sign != 0) {
            throw new TemplateException("Unknown format code or unsupported format string for object of type '"
                    + Values.typeName(value) + "'");
        }
        boolean cut = precision >= 0 && precision < Text.length(text);
        return pad(cut ? Text.substring(text, 0, precision) : text, '<');
    }

    private String integer(Object value) {
        int base = type == 'b' ? 2 : type == 'o' ? 8 : type == 'x' || type == 'X' ? 16 : 10;
        var number = Arithmetic.integer(value);
        String digits = number.abs().toString(base);
        digits = "0".repeat(Math.max(0, precision - digits.length())) + digits;
        return number(number.signum() < 0, type == 'X' ? digits.toUpperCase(Locale.ROOT) : digits, base == 10 ? 3 : 4);
    }

    private String real(double value) {
        String body = NumberFormat.magnitude(value, type, precision);
        return number(value < 0 || (value == 0 && 1 / value < 0), body, 3);
    }

    private String number(boolean negative, String body, int group) {
        String head = negative ? "-" : sign == '+' ? "+" : sign == ' ' ? " " : "";
        int digits = 0;
        while (grouping != 0 && digits < body.length() && Character.digit(body.charAt(digits), 16) >= 0) {
            digits++;
        }
        var text = new StringBuilder(body);
        for (int i = digits - group; i > 0; i -= group) {
            text.insert(i, grouping);
        }
        if (align == '=') {
            return head + fill.repeat(Math.max(0, width - head.length() - text.length())) + text;
        }
        return pad(head + text, '>');
    }

    private String pad(String text, char standard) {
        int missing = Math.max(0, width - Text.length(text));
        char side = align == 0 || align == '=' ? standard : align;
        int left = side == '<' ? 0 : side == '>' ? missing : missing / 2;
        return fill.repeat(left) + text + fill.repeat(missing - left);
    }
}
