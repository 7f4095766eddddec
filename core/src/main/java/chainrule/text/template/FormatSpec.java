package chainrule.text.template;

import java.util.Locale;

/**
 * How to write one value: {@code [[fill]align][sign][#][0][width][grouping][.precision][type]}, Python's format
 * specification. What is absent is 0, the precision -1. Source: Python documentation, "Format Specification
 * Mini-Language".
 */
record FormatSpec(
        int fill,
        char align,
        char sign,
        boolean alternate,
        boolean zero,
        int width,
        char grouping,
        int precision,
        char type) {

    static FormatSpec parse(String spec) {
        var reader = new Reader(spec);
        int fill = ' ';
        char align = 0;
        int second = spec.isEmpty() ? 0 : spec.offsetByCodePoints(0, 1);
        if (second < spec.length() && "<>=^".indexOf(spec.charAt(second)) >= 0) {
            fill = spec.codePointAt(0);
            align = spec.charAt(second);
            reader.at = second + 1;
        } else {
            align = reader.oneOf("<>=^");
        }
        char sign = reader.oneOf("+- ");
        boolean alternate = reader.oneOf("#") != 0;
        boolean zero = reader.oneOf("0") != 0;
        int width = reader.number(0);
        char grouping = reader.oneOf(",_");
        int precision = reader.oneOf(".") == 0 ? -1 : reader.number(-1);
        char type = reader.at < spec.length() ? spec.charAt(reader.at++) : 0;
        if (reader.at < spec.length() || (spec.indexOf('.') >= 0 && precision < 0 && fill != '.')) {
            throw new TemplateException("Invalid format specifier '" + spec + "'");
        }
        if (zero && align == 0) {
            fill = '0';
            align = '=';
        }
        return new FormatSpec(fill, align, sign, alternate, zero, width, grouping, precision, type);
    }

    private static final class Reader {
        private final String spec;
        private int at;

        Reader(String spec) {
            this.spec = spec;
        }

        char oneOf(String characters) {
            return at < spec.length() && characters.indexOf(spec.charAt(at)) >= 0 ? spec.charAt(at++) : 0;
        }

        int number(int absent) {
            int start = at;
            while (at < spec.length() && spec.charAt(at) >= '0' && spec.charAt(at) <= '9') {
                at++;
            }
            if (at - start > 9) {
                throw new TemplateException("Too many decimal digits in format string");
            }
            return at == start ? absent : Integer.parseInt(spec.substring(start, at));
        }
    }

    String format(Budget budget, Object value) {
        budget.text(width + (long) Math.max(0, precision));
        if (Arithmetic.isInteger(value)) {
            return switch (type) {
                case 0, 'd', 'n', 'b', 'o', 'x', 'X' -> integer(value);
                case 'c' -> pad(NumberFormat.character(value), '<');
                default -> real(Arithmetic.real(value));
            };
        }
        if (value instanceof Double d) {
            return real(d);
        }
        String text = Values.text(value);
        if (text == null || (type != 0 && type != 's') || sign != 0 || align == '=' && !zero) {
            throw new TemplateException("Unknown format code or unsupported format string for object of type '"
                    + Values.typeName(value) + "'");
        }
        boolean cut = precision >= 0 && precision < Text.length(text);
        return pad(cut ? Text.substring(text, 0, precision) : text, '<');
    }

    private String integer(Object value) {
        int base = type == 'b' ? 2 : type == 'o' ? 8 : type == 'x' || type == 'X' ? 16 : 10;
        var number = Arithmetic.integer(value);
        String digits = base == 10 ? number.abs().toString() : number.abs().toString(base);
        digits = "0".repeat(Math.max(0, precision - digits.length())) + digits;
        String prefix = alternate && base != 10 ? "0" + type : "";
        String body = type == 'X' ? digits.toUpperCase(Locale.ROOT) : digits;
        return number(number.signum() < 0, prefix, body, base == 10 ? 3 : 4);
    }

    private String real(double value) {
        String body = NumberFormat.magnitude(value, this);
        return number(value < 0 || (value == 0 && 1 / value < 0), "", body, 3);
    }

    private String number(boolean negative, String prefix, String body, int group) {
        String head = (negative ? "-" : sign == '+' ? "+" : sign == ' ' ? " " : "") + prefix;
        int digits = 0;
        while (digits < body.length() && Character.digit(body.charAt(digits), 16) >= 0 && grouping != 0) {
            digits++;
        }
        String rest = body.substring(digits);
        String grouped = NumberFormat.group(body.substring(0, digits), grouping, group);
        boolean zeros = align == '=' && fill == '0' && grouping != 0;
        for (int n = digits + 1; zeros && head.length() + grouped.length() + rest.length() < width; n++) {
            String longer = "0".repeat(n - digits) + body.substring(0, digits);
            grouped = NumberFormat.group(longer, grouping, group);
        }
        String text = grouped + rest;
        if (align == '=') {
            int missing = Math.max(0, width - head.length() - text.length());
            return head + Character.toString(fill).repeat(missing) + text;
        }
        return pad(head + text, '>');
    }

    private String pad(String text, char standard) {
        int missing = Math.max(0, width - Text.length(text));
        char side = align == 0 || (align == '=' && zero) ? standard : align;
        int left = side == '<' ? 0 : side == '>' ? missing : missing / 2;
        String filler = Character.toString(fill);
        return filler.repeat(left) + text + filler.repeat(missing - left);
    }
}
