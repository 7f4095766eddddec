package chainrule.text.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Python's operators {@code + - * / // % **} on numbers, texts and lists. */
final class Arithmetic {
    /** Python converts no integer of more digits to text. */
    static final int MAX_DIGITS = 4_300;
    /** Integers of more bits are refused: enough for {@link #MAX_DIGITS}. */
    static final int MAX_BITS = 16_384;

    private static final MathContext EXACT_ENOUGH = new MathContext(60);
    private static final BigInteger MIN = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger MAX = BigInteger.valueOf(Long.MAX_VALUE);

    private Arithmetic() {}

    static boolean isInteger(Object value) {
        return value instanceof Long || value instanceof Boolean || value instanceof BigInteger;
    }

    static boolean isNumber(Object value) {
        return value instanceof Double || isInteger(value);
    }

    /** An integer in its one form: a {@code Long} where it fits. */
    static Object normal(BigInteger value) {
        return value.compareTo(MIN) >= 0 && value.compareTo(MAX) <= 0 ? (Object) value.longValue() : value;
    }

    static BigInteger integer(Object value) {
        return switch (value) {
            case Boolean b -> b ? BigInteger.ONE : BigInteger.ZERO;
            case Long l -> BigInteger.valueOf(l);
            case BigInteger i -> i;
            default ->
                throw new TemplateException(
                        "'" + Values.typeName(value) + "' object cannot be interpreted as an integer");
        };
    }

    /** An integer as a {@code long}; one beyond its range becomes the end of the range. */
    static long index(Object value) {
        BigInteger i = integer(value);
        return i.bitLength() > 63 ? (i.signum() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE) : i.longValue();
    }

    static double real(Object number) {
        if (number instanceof Double d) {
            return d;
        }
        double value = integer(number).doubleValue();
        if (Double.isInfinite(value)) {
            throw new TemplateException("int too large to convert to float");
        }
        return value;
    }

    /** A number with a sign before it: {@code -} or {@code +}. */
    static Object sign(String sign, Object value) {
        Values.mustExist(value);
        if (!isNumber(value)) {
            throw new TemplateException("bad operand type for unary " + sign + ": '" + Values.typeName(value) + "'");
        }
        boolean negative = sign.equals("-");
        if (value instanceof Double d) {
            return negative ? -d : d;
        }
        return normal(negative ? integer(value).negate() : integer(value));
    }

    static Object apply(Budget budget, String operator, Object a, Object b) {
        budget.charge(4);
        if (a instanceof Markup || b instanceof Markup) {
            return Markup.apply(budget, operator, a, b);
        }
        if (operator.equals("%") && a instanceof String format) {
            return new Percent(budget, format, b, false).format();
        }
        Values.mustExist(a, b);
        Object result = null;
        if (isNumber(a) && isNumber(b)) {
            result = a instanceof Double || b instanceof Double
                    ? reals(operator, real(a), real(b))
                    : integers(budget, operator, a, b);
        } else if (operator.equals("+")) {
            result = join(budget, a, b);
        } else if (operator.equals("*")) {
            result = isInteger(b) ? repeat(budget, a, b) : isInteger(a) ? repeat(budget, b, a) : null;
        }
        if (result == null) {
            throw new TemplateException(
                    "unsupported operand type(s) for " + (operator.equals("**") ? "** or pow()" : operator) + ": '"
                            + Values.typeName(a) + "' and '" + Values.typeName(b) + "'");
        }
        return result;
    }

    private static Object reals(String operator, double a, double b) {
        if (b == 0 && (operator.startsWith("/") || operator.equals("%"))) {
            throw new TemplateException("float division by zero");
        }
        return switch (operator) {
            case "+" -> a + b;
            case "-" -> a - b;
            case "*" -> a * b;
            case "/" -> a / b;
            case "//" -> floorDivide(a, b);
            case "%" -> remainder(a, b);
            default -> power(a, b);
        };
    }

    private static double remainder(double a, double b) {
        double rest = a % b;
        return rest == 0 ? Math.copySign(0, b) : rest < 0 == b < 0 ? rest : rest + b;
    }

    private static double floorDivide(double a, double b) {
        double rest = a % b;
        double quotient = (a - rest) / b - (rest != 0 && rest < 0 != b < 0 ? 1 : 0);
        double floor = Math.floor(quotient);
        return quotient == 0 ? Math.copySign(0, a / b) : quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static double power(double a, double b) {
        if (a == 0 && b < 0) {
            throw new TemplateException("0.0 cannot be raised to a negative power");
        }
        double result = a == 1 ? 1 : Math.pow(a, b);
        if (Double.isNaN(result) && !Double.isNaN(a) && !Double.isNaN(b)) {
            throw new TemplateException("a negative number cannot be raised to a fractional power");
        }
        if (Double.isInfinite(result) && !Double.isInfinite(a) && !Double.isInfinite(b)) {
            throw new TemplateException("Numerical result out of range");
        }
        return result;
    }

    private static Object integers(Budget budget, String operator, Object left, Object right) {
        BigInteger a = integer(left);
        BigInteger b = integer(right);
        long words = ((long) a.bitLength() + b.bitLength()) / 64;
        budget.charge(words * words);
        if (b.signum() == 0 && (operator.startsWith("/") || operator.equals("%"))) {
            throw new TemplateException(
                    operator.equals("%") ? "integer modulo by zero" : "integer division or modulo by zero");
        }
        return switch (operator) {
            case "+" -> bounded(a.add(b));
            case "-" -> bounded(a.subtract(b));
            case "*" -> bounded(a.multiply(b));
            case "/" -> divide(a, b);
            case "//" -> normal(a.subtract(remainder(a, b)).divide(b));
            case "%" -> normal(remainder(a, b));
            default -> power(budget, a, b);
        };
    }

    /** What is left of a division; it has the divisor's sign. */
    private static BigInteger remainder(BigInteger a, BigInteger b) {
        BigInteger rest = a.remainder(b);
        return rest.signum() * b.signum() < 0 ? rest.add(b) : rest;
    }

    private static Object divide(BigInteger a, BigInteger b) {
        double quotient =
                new BigDecimal(a).divide(new BigDecimal(b), EXACT_ENOUGH).doubleValue();
        if (Double.isInfinite(quotient)) {
            throw new TemplateException("integer division result too large for a float");
        }
        return quotient;
    }

    private static Object power(Budget budget, BigInteger base, BigInteger exponent) {
        if (exponent.signum() < 0) {
            return power(real(normal(base)), real(normal(exponent)));
        }
        if (base.abs().bitLength() <= 1) {
            return exponent.signum() == 0 ? (Object) 1L : normal(exponent.testBit(0) ? base : base.multiply(base));
        }
        long bits = exponent.bitLength() > 31 ? Long.MAX_VALUE : base.bitLength() * exponent.longValue();
        if (bits > 2L * MAX_BITS) {
            throw tooLarge();
        }
        budget.charge(bits / 64 * (bits / 64));
        return bounded(base.pow(exponent.intValueExact()));
    }

    private static Object bounded(BigInteger value) {
        if (value.bitLength() > MAX_BITS) {
            throw tooLarge();
        }
        return normal(value);
    }

    private static TemplateException tooLarge() {
        return new TemplateException("an integer of the template gets too large");
    }

    private static @Nullable Object join(Budget budget, Object a, Object b) {
        if (a instanceof String text && b instanceof String other) {
            budget.text(text.length() + (long) other.length());
            return text.concat(other);
        }
        List<Object> items = Values.sequence(a);
        List<Object> others = Values.sequence(b);
        if (items != null && others != null && a instanceof List == b instanceof List) {
            budget.elements(items.size() + (long) others.size());
            var joined = new ArrayList<>(items);
            joined.addAll(others);
            return a instanceof List ? joined : new Value.Tuple(joined);
        }
        if (a instanceof String || items != null) {
            String type = Values.typeName(a);
            throw new TemplateException(
                    "can only concatenate " + type + " (not \"" + Values.typeName(b) + "\") to " + type);
        }
        return null;
    }

    /** {@code count} times a text or list; null if it is neither. */
    private static @Nullable Object repeat(Budget budget, Object value, Object count) {
        long times = Math.max(0, index(count));
        if (value instanceof String text) {
            budget.text(product(times, text.length()));
            return text.isEmpty() ? "" : text.repeat((int) times);
        }
        List<Object> items = Values.sequence(value);
        if (items == null) {
            return null;
        }
        budget.elements(product(times, items.size()));
        var repeated = new ArrayList<Object>();
        for (long i = 0; i < times && !items.isEmpty(); i++) {
            repeated.addAll(items);
        }
        return value instanceof List ? repeated : new Value.Tuple(repeated);
    }

    private static long product(long times, long size) {
        return size > 0 && times > Long.MAX_VALUE / size ? Long.MAX_VALUE : times * size;
    }
}
