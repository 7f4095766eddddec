package chainrule.text.template;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Numbers as Python's format types {@code e f g %} write them: rounded half to even from their exact value. */
final class NumberFormat {
    private NumberFormat() {}

    /** A number without its sign. */
    static String magnitude(double value, FormatSpec spec) {
        char type = Character.toLowerCase(spec.type());
        boolean upper = Character.isUpperCase(spec.type());
        if ("efg%n\0".indexOf(type) < 0) {
            throw new TemplateException("Unknown format code '" + spec.type() + "' for object of type 'float'");
        }
        String text;
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            text = (Double.isNaN(value) ? "nan" : "inf") + (type == '%' ? "%" : "");
        } else {
            int precision = spec.precision() < 0 ? 6 : spec.precision();
            BigDecimal exact = new BigDecimal(Math.abs(value));
            text = switch (type) {
                case 'e' -> exponent(exact, precision, spec.alternate());
                case 'f' -> fixed(exact, precision, spec.alternate());
                case '%' -> fixed(new BigDecimal(Math.abs(value * 100)), precision, spec.alternate()) + "%";
                case 'g', 'n' -> general(exact, precision, spec.alternate());
                default ->
                    spec.precision() < 0
                            ? Repr.number(Math.abs(value))
                            : withPoint(general(exact, precision, spec.alternate()));
            };
        }
        return upper ? text.toUpperCase(Locale.ROOT) : text;
    }

    private static String withPoint(String text) {
        return text.contains(".") || text.contains("e") ? text : text + ".0";
    }

    private static String fixed(BigDecimal value, int precision, boolean alternate) {
        String text = value.setScale(precision, RoundingMode.HALF_EVEN).toPlainString();
        return alternate && precision == 0 ? text + "." : text;
    }

    private static String exponent(BigDecimal value, int precision, boolean alternate) {
        BigDecimal rounded = value.round(new MathContext(precision + 1, RoundingMode.HALF_EVEN));
        String digits = rounded.unscaledValue().toString();
        int exponent = rounded.signum() == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
        digits = digits.length() > precision
                ? digits.substring(0, precision + 1)
                : digits + "0".repeat(precision + 1 - digits.length());
        String point = precision > 0 || alternate ? "." : "";
        return digits.charAt(0)
                + point
                + digits.substring(1)
                + (exponent < 0 ? "e-" : "e+")
                + (Math.abs(exponent) < 10 ? "0" : "")
                + Math.abs(exponent);
    }

    private static String general(BigDecimal value, int precision, boolean alternate) {
        int digits = Math.max(1, precision);
        BigDecimal rounded = value.round(new MathContext(digits, RoundingMode.HALF_EVEN));
        int exponent = rounded.signum() == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
        boolean plain = exponent >= -4 && exponent < digits;
        String text = plain ? fixed(value, digits - 1 - exponent, alternate) : exponent(value, digits - 1, alternate);
        if (alternate || text.indexOf('.') < 0) {
            return text;
        }
        int end = plain ? text.length() : text.indexOf('e');
        int last = end;
        while (text.charAt(last - 1) == '0') {
            last--;
        }
        return text.substring(0, text.charAt(last - 1) == '.' ? last - 1 : last) + text.substring(end);
    }

    /** Digits with a separator between groups. */
    static String group(String digits, char separator, int size) {
        if (separator == 0) {
            return digits;
        }
        var text = new StringBuilder(digits);
        for (int i = digits.length() - size; i > 0; i -= size) {
            text.insert(i, separator);
        }
        return text.toString();
    }

    /** The character of a code point. */
    static String character(Object codePoint) {
        long c = Arithmetic.index(codePoint);
        if (c < 0 || c > Character.MAX_CODE_POINT) {
            throw new TemplateException("%c arg not in range(0x110000)");
        }
        return Character.toString((int) c);
    }
}
