package chainrule.text.template;

import static chainrule.text.template.Builtin.of;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Filters on numbers. Source: jinja2/filters.py, version 3.1. */
final class NumberFilters {
    private static final Pattern FLOAT =
            Pattern.compile("[+-]?(?:\\d[\\d_]*+\\.?[\\d_]*+|\\.\\d[\\d_]*+)(?:[eE][+-]?\\d[\\d_]*+)?");
    private static final Pattern BAD_UNDERSCORE = Pattern.compile("_(?![\\da-z])|(?<![\\da-z])_");

    static final Map<String, Builtin> ALL = Builtin.table(
            of("abs", "x", (_, a) -> absolute(a[0])),
            of("float", "value, default=0", (_, a) -> real(a[0], a[1])),
            of("int", "value, default=0, base=10", NumberFilters::integer),
            of("round", "value, precision=0, method='common'", NumberFilters::round));

    private NumberFilters() {}

    private static Object absolute(Object value) {
        if (!Arithmetic.isNumber(value)) {
            throw new TemplateException("bad operand type for abs(): '" + Values.typeName(value) + "'");
        }
        return value instanceof Double d
                ? (Object) Math.abs(d)
                : Arithmetic.normal(Arithmetic.integer(value).abs());
    }

    /** The float a text says, null if it says none. */
    private static @Nullable Double parse(String text) {
        String number = Text.lower(Text.strip(text, null, true, true));
        String magnitude = number.startsWith("-") || number.startsWith("+") ? number.substring(1) : number;
        double sign = number.startsWith("-") ? -1 : 1;
        if (magnitude.equals("inf") || magnitude.equals("infinity")) {
            return sign * Double.POSITIVE_INFINITY;
        }
        if (magnitude.equals("nan")) {
            return Double.NaN;
        }
        boolean valid = FLOAT.matcher(number).matches()
                && !BAD_UNDERSCORE.matcher(number).find();
        return valid ? Double.valueOf(number.replace("_", "")) : null;
    }

    private static Object real(Object value, Object fallback) {
        Values.mustExist(value);
        Object missing = fallback instanceof Long zero && zero == 0 ? (Object) 0.0 : fallback;
        if (value instanceof String text) {
            Double parsed = parse(text);
            return parsed == null ? missing : parsed;
        }
        return Arithmetic.isNumber(value) ? Arithmetic.real(value) : missing;
    }

    private static Object integer(Evaluator e, Object[] a) {
        Values.mustExist(a[0]);
        if (a[0] instanceof String text) {
            BigInteger whole = parse(text, Arithmetic.index(a[2]));
            Double real = whole == null ? parse(text) : null;
            if (whole != null) {
                return Arithmetic.normal(whole);
            }
            return real != null && Double.isFinite(real) ? Percent.truncate(real) : a[1];
        }
        if (a[0] instanceof Double d) {
            return Double.isNaN(d) ? a[1] : Percent.truncate(d);
        }
        return Arithmetic.isInteger(a[0]) ? Arithmetic.normal(Arithmetic.integer(a[0])) : a[1];
    }

    /** The integer a text says in that base, null if it says none. */
    private static @Nullable BigInteger parse(String text, long base) {
        String number = Text.lower(Text.strip(text, null, true, true));
        String prefix = base == 2 ? "0b" : base == 8 ? "0o" : base == 16 ? "0x" : "";
        String digits = prefix.isEmpty() ? number : number.replaceFirst("^([+-]?)" + prefix + "_?", "$1");
        if (digits.length() > Arithmetic.MAX_DIGITS
                || BAD_UNDERSCORE.matcher(digits).find()) {
            return null;
        }
        try {
            return new BigInteger(digits.replace("_", ""), Math.clamp(base, 0, 99));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static Object round(Evaluator e, Object[] a) {
        Object value = a[0];
        String method = e.str(a[2]);
        if (!List.of("common", "ceil", "floor").contains(method)) {
            throw new TemplateException("method must be common, ceil or floor");
        }
        if (!Arithmetic.isNumber(value)) {
            throw new TemplateException("type " + Values.typeName(value) + " doesn't define __round__ method");
        }
        if (!method.equals("common")) {
            Object scale = Arithmetic.apply(e.budget(), "**", 10L, a[1]);
            double scaled = Arithmetic.real(Arithmetic.apply(e.budget(), "*", value, scale));
            Object whole = Percent.truncate(method.equals("ceil") ? Math.ceil(scaled) : Math.floor(scaled));
            return Arithmetic.apply(e.budget(), "/", whole, scale);
        }
        if (value instanceof Double d && (Double.isNaN(d) || Double.isInfinite(d))) {
            return d;
        }
        // Beyond these bounds no digit of any number is left to round, or none is kept.
        int precision = Math.clamp(Arithmetic.index(a[1]), -5_000, 330);
        BigDecimal exact = value instanceof Double d ? new BigDecimal(d) : new BigDecimal(Arithmetic.integer(value));
        BigDecimal rounded = exact.setScale(precision, RoundingMode.HALF_EVEN);
        return value instanceof Double d
                ? (Object) Math.copySign(rounded.doubleValue(), d)
                : Arithmetic.normal(rounded.toBigInteger());
    }
}
