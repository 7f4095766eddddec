package chainrule.text.template;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Numbers as Python's format types {@code e f g %} write them: rounded half to even from their exact value. */
final class NumberFormat {
    /** No float has more digits behind its point; only zeros follow. */
    private static final int MAX_FRACTION = 1_074;

    private NumberFormat() {}

    /** A number without its sign; a type of 0 is the shortest form, a precision of -1 the type's own. */
    static String magnitude(double value, char type, int precision) {
        if ("eEfFgG%\0".indexOf(type) < 0) {
            throw new TemplateException("Unknown format code '" + type + "' for object of type 'float'");
        }
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            String name = Double.isNaN(value) ? "nan" : "inf";
            return type == '%' ? name + "%" : Character.isUpperCase(type) ? name.toUpperCase(Locale.ROOT) : name;
        }
        int digits = precision < 0 ? 6 : precision;
        BigDecimal exact = new BigDecimal(Math.abs(value));
        return switch (type) {
            case 'e' -> exponent(exact, digits);
            case 'f', 'F' -> fixed(exact, digits);
            case 'g' -> general(exact, digits);
            case 'E', 'G' ->
                magnitude(value, Character.toLowerCase(type), precision).toUpperCase(Locale.ROOT);
            case '%' -> fixed(new BigDecimal(Math.abs(value * 100)), digits) + "%";
            default -> precision < 0 ? Repr.number(Math.abs(value)) : withPoint(general(exact, digits));
        };
    }

    private static String withPoint(String text) {
        return text.contains(".") || text.contains("e") ? text : text + ".0";
    }

    private static String fixed(BigDecimal value, int precision) {
        int kept = Math.min(precision, MAX_FRACTION);
        return value.setScale(kept, RoundingMode.HALF_EVEN).toPlainString() + "0".repeat(precision - kept);
    }

    /** One digit before the point, {@code precision} behind it, and an exponent. */
    static String exponent(BigDecimal value, int precision) {
        return String.format(
                Locale.ROOT,
                "%." + precision + "e",
                value.round(new MathContext(precision + 1, RoundingMode.HALF_EVEN)));
    }

    private static String general(BigDecimal value, int precision) {
        int digits = Math.max(1, precision);
        BigDecimal rounded =
                value.round(new MathContext(digits, RoundingMode.HALF_EVEN)).stripTrailingZeros();
        int exponent = rounded.precision() - rounded.scale() - 1;
        return exponent >= -4 && exponent < digits
                ? rounded.toPlainString()
                : exponent(rounded, rounded.precision() - 1);
    }
}
