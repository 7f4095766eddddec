package chainrule.text.template;

import static chainrule.text.template.Builtin.of;

import chainrule.text.template.Value.Undefined;
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
    private static final Pattern BAD_UNDERSCORE = Pattern.compile("_(?!\\d)|(?<!\\d)_");

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
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        Object missing = fallback instanceof Long zero && zero == 0 ? (Object) 0.0 : fallback;
        if (value instanceof String text) {
            Double parsed = parse(text);
            return parsed == null ? missing : parsed;
        }
        return Arithmetic.isNumber(value) ? Arithmetic.real(value) : missing;
    }

    private static Object integer(Evaluator e, Object[] a) {
        if (a[0] instanceof Undefined undefined) {
            throw undefined.error();
        }
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
        boolean negative = number.startsWith("-");
        String digits = negative || number.startsWith("+") ? number.substring(1) : number;
        String prefix = base == 2 ? "0b" : base == 8 ? "0o" : base == 16 ? "0x" : "";
        boolean prefixed = !prefix.isEmpty() && digits.startsWith(prefix);
        digits = prefixed ? digits.substring(digits.startsWith("_", 2) ? 3 : 2) : digits;
        boolean grouped = !digits.startsWith("_") && !digits.endsWith("_") && !digits.contains("__");
        digits = digits.replace("_", "");
        if (base < 2
                || base > 36
                || !grouped
                || digits.isEmpty()
                || digits.length() > Arithmetic.MAX_DIGITS
                || !digits.chars().allMatch(c -> Character.digit(c, (int) base) >= 0)) {
            return null;
        }
        BigInteger magnitude = new BigInteger(digits, (int) base);
        return negative ? magnitude.negate() : magnitude;
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
        long precision = Arithmetic.index(a[1]);
        if (!(value instanceof Double d)) {
            BigDecimal whole = new BigDecimal(Arithmetic.integer(value));
            return precision >= 0
                    ? Arithmetic.normal(whole.toBigInteger())
                    : -precision > whole.precision()
                            ? (Object) 0L
                            : Arithmetic.normal(whole.setScale((int) precision, RoundingMode.HALF_EVEN)
                                    .toBigInteger());
        }
        if (Double.isNaN(d) || Double.isInfinite(d) || d == 0 || precision > 330) {
            return d;
        }
        return precision < -330
                ? Math.copySign(0, d)
                : Math.copySign(
                        new BigDecimal(d)
                                .setScale((int) precision, RoundingMode.HALF_EVEN)
                                .doubleValue(),
                        d);
    }
}
