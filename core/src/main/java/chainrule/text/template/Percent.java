package chainrule.text.template;

import java.math.BigDecimal;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code format % arguments}: Python's printf-style formatting. Source: Python documentation, "printf-style String
 * Formatting".
 */
final class Percent {
    private static final Pattern CONVERSION =
            Pattern.compile("%(?:\\(([^)]*)\\))?([-+ 0]*)(\\d{0,9})(?:\\.(\\d{0,9}))?(.?)", Pattern.DOTALL);

    private final Budget budget;
    private final String format;
    private final Object arguments;
    private final List<Object> positional;
    private final boolean escaping;
    private int used;

    /** @param escaping whether texts are escaped: where the format is {@link Markup} */
    Percent(Budget budget, String format, Object arguments, boolean escaping) {
        this.budget = budget;
        this.format = format;
        this.arguments = arguments;
        this.positional = arguments instanceof Value.Tuple t ? t.items() : List.of(arguments);
        this.escaping = escaping;
    }

    String format() {
        String text = CONVERSION.matcher(format).replaceAll(part -> Matcher.quoteReplacement(conversion(part)));
        boolean mapping = arguments instanceof Dict || arguments instanceof List;
        if (used < positional.size() && !mapping) {
            throw new TemplateException("not all arguments converted during string formatting");
        }
        budget.text(text.length());
        return text;
    }

    private String conversion(MatchResult part) {
        if (part.group(5).isEmpty()) {
            throw new TemplateException("incomplete format");
        }
        char type = part.group(5).charAt(0);
        if (type == '%') {
            return "%";
        }
        Object value = part.group(1) == null ? next() : named(part.group(1));
        String text = write(value, type, spec(part, type));
        budget.text(text.length());
        return text;
    }

    /** The format specification that means the same. */
    private static FormatSpec spec(MatchResult part, char type) {
        String flags = part.group(2);
        boolean text = type == 's' || type == 'r';
        boolean left = flags.contains("-");
        boolean zero = flags.contains("0") && !left && !text;
        char sign = flags.contains("+") ? '+' : flags.contains(" ") ? ' ' : 0;
        return new FormatSpec(
                zero ? "0" : " ",
                left ? '<' : zero ? '=' : '>',
                text ? 0 : sign,
                number(part.group(3)),
                (char) 0,
                part.group(4) == null ? -1 : number(part.group(4)),
                text ? 's' : type == 'i' || type == 'u' ? 'd' : type);
    }

    private static int number(String digits) {
        return digits.isEmpty() ? 0 : Integer.parseInt(digits);
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
            case 's', 'r' -> {
                Object shown = type == 's' ? value : Repr.repr(budget, value);
                return spec.format(
                        budget, escaping ? Markup.escape(budget, shown).text() : Repr.str(budget, shown));
            }
            case 'd', 'i', 'u', 'x', 'X', 'o' -> {
                if (!Arithmetic.isNumber(value) || (value instanceof Double && "xXo".indexOf(type) >= 0)) {
                    throw new TemplateException(
                            "%" + type + " format: a number is required, not " + Values.typeName(value));
                }
                return spec.format(budget, value instanceof Double d ? truncate(d) : value);
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
