package chainrule.text.template;

import java.math.BigDecimal;
import java.util.List;

/**
 * {@code format % arguments}: Python's printf-style formatting. Source: Python documentation, "printf-style String
 * Formatting".
 */
final class Percent {
    private final Budget budget;
    private final String format;
    private final Object arguments;
    private final List<Object> positional;
    /** Whether values are escaped as HTML: the format is markup. */
    private final boolean escape;

    private int at;
    private int used;

    Percent(Budget budget, String format, Object arguments, boolean escape) {
        this.budget = budget;
        this.format = format;
        this.arguments = arguments;
        this.positional = arguments instanceof Value.Tuple t ? t.items() : List.of(arguments);
        this.escape = escape;
    }

    String format() {
        var text = new StringBuilder();
        while (at < format.length()) {
            char c = format.charAt(at++);
            String piece = c == '%' ? conversion() : String.valueOf(c);
            text.append(piece);
            budget.grow(text.length(), piece.length());
        }
        boolean mapping = arguments instanceof Dict || arguments instanceof List;
        if (used < positional.size() && !mapping) {
            throw new TemplateException("not all arguments converted during string formatting");
        }
        return text.toString();
    }

    private char peek() {
        if (at >= format.length()) {
            throw new TemplateException("incomplete format");
        }
        return format.charAt(at);
    }

    private String conversion() {
        Object value = null;
        if (peek() == '(') {
            int close = format.indexOf(')', at);
            if (close < 0) {
                throw new TemplateException("incomplete format key");
            }
            value = named(format.substring(at + 1, close));
            at = close + 1;
        }
        int flags = at;
        while ("#0- +".indexOf(peek()) >= 0) {
            at++;
        }
        String flag = format.substring(flags, at);
        long width = size();
        long precision = -1;
        if (peek() == '.') {
            at++;
            precision = Math.max(0, size());
        }
        while ("hlL".indexOf(peek()) >= 0) {
            at++;
        }
        char type = format.charAt(at++);
        if (type == '%') {
            return "%";
        }
        budget.text(Math.abs(width) + Math.max(0, precision));
        FormatSpec spec = spec(flag, (int) width, (int) precision, type);
        return write(value == null ? next() : value, type, spec);
    }

    /** The format specification that means the same; a negative width is one to the left. */
    private static FormatSpec spec(String flags, int width, int precision, char type) {
        boolean text = "srac".indexOf(type) >= 0;
        boolean left = flags.contains("-") || width < 0;
        boolean zero = flags.contains("0") && !left && !text;
        char sign = flags.contains("+") ? '+' : flags.contains(" ") ? ' ' : 0;
        return new FormatSpec(
                zero ? '0' : ' ',
                left ? '<' : zero ? '=' : '>',
                text ? 0 : sign,
                flags.contains("#"),
                false,
                Math.abs(width),
                (char) 0,
                precision,
                text ? 's' : type == 'i' || type == 'u' ? 'd' : type);
    }

    /** A width or precision: digits, or a star for the next argument. */
    private long size() {
        if (peek() == '*') {
            at++;
            return Arithmetic.index(next());
        }
        int start = at;
        while (peek() >= '0' && peek() <= '9') {
            at++;
        }
        if (at - start > 9) {
            throw new TemplateException("width too big");
        }
        return at == start ? 0 : Integer.parseInt(format.substring(start, at));
    }

    private Object next() {
        if (used >= positional.size()) {
            throw new TemplateException("not enough arguments for format string");
        }
        return positional.get(used++);
    }

    private Object named(String key) {
        if (!(arguments instanceof Dict dict)) {
            throw new TemplateException("format requires a mapping");
        }
        Object value = dict.get(key);
        if (value == null) {
            throw new TemplateException(Repr.quote(key));
        }
        return value;
    }

    private String write(Object value, char type, FormatSpec spec) {
        switch (type) {
            case 's', 'r', 'a' -> {
                String text = type == 's' ? Repr.str(budget, value) : Repr.repr(budget, value);
                text = type == 'a' ? StringFormat.ascii(text) : text;
                boolean safe = type == 's' && value instanceof Value.Markup;
                return spec.format(budget, escape && !safe ? Markups.escape(text) : text);
            }
            case 'c' -> {
                String text = Values.text(value);
                if (text != null && Text.length(text) != 1) {
                    throw new TemplateException("%c requires int or char");
                }
                return spec.format(budget, text != null ? text : NumberFormat.character(value));
            }
            case 'd', 'i', 'u', 'x', 'X', 'o' -> {
                if (!Arithmetic.isNumber(value) || (value instanceof Double && "xXo".indexOf(type) >= 0)) {
                    throw new TemplateException(
                            "%" + type + " format: a number is required, not " + Values.typeName(value));
                }
                Object whole = value instanceof Double d ? truncate(d) : value;
                return spec.format(budget, whole instanceof Boolean b ? (b ? 1L : 0L) : whole);
            }
            case 'e', 'E', 'f', 'F', 'g', 'G' -> {
                if (!Arithmetic.isNumber(value)) {
                    throw new TemplateException("must be real number, not " + Values.typeName(value));
                }
                return spec.format(budget, Arithmetic.real(value));
            }
            default -> throw new TemplateException("unsupported format character '" + type + "'");
        }
    }

    /** A float without its fraction, as an integer. */
    static Object truncate(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            throw new TemplateException(
                    "cannot convert float " + (Double.isNaN(value) ? "NaN" : "infinity") + " to integer");
        }
        return Arithmetic.normal(new BigDecimal(value).toBigInteger());
    }
}
