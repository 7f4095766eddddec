package chainrule.text.template;

import chainrule.text.template.Value.None;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.List;

/** Python's {@code str} and {@code repr} of a value. */
final class Repr {
    private final Budget budget;
    private final StringBuilder out = new StringBuilder();

    private Repr(Budget budget) {
        this.budget = budget;
    }

    static String str(Budget budget, Object value) {
        return switch (value) {
            case String s -> s;
            case Markup marked -> marked.text();
            case Value.Undefined _ -> "";
            default -> repr(budget, value);
        };
    }

    static String repr(Budget budget, Object value) {
        var repr = new Repr(budget);
        repr.write(value);
        return repr.out.toString();
    }

    private void add(String text) {
        out.append(text);
        budget.grow(out.length(), text.length());
    }

    private void write(Object value) {
        budget.enter();
        switch (value) {
            case String s -> add(quote(s));
            case Markup marked -> add("Markup(" + quote(marked.text()) + ")");
            case List<?> list -> list(list, "[", "]");
            case Value.Tuple t -> list(t.items(), "(", t.items().size() == 1 ? ",)" : ")");
            case Dict dict -> dict(dict);
            case Value.View view -> {
                add(Values.typeName(view) + "(");
                list(view.list(), "[", "])");
            }
            case Value.Namespace namespace -> {
                add("<Namespace ");
                var fields = new Dict();
                namespace.fields().forEach((name, field) -> fields.put(budget, name, field));
                dict(fields);
                add(">");
            }
            case BigInteger i -> {
                budget.charge(i.bitLength() / 64L * (i.bitLength() / 64));
                add(plain(i));
            }
            default -> add(plain(value));
        }
        budget.leave();
    }

    private void list(List<?> items, String open, String close) {
        add(open);
        String separator = "";
        for (Object item : items) {
            add(separator);
            write(item);
            separator = ", ";
        }
        add(close);
    }

    private void dict(Dict dict) {
        add("{");
        String separator = "";
        for (Object item : dict.items()) {
            Value.Tuple pair = (Value.Tuple) item;
            add(separator);
            write(pair.items().get(0));
            add(": ");
            write(pair.items().get(1));
            separator = ", ";
        }
        add("}");
    }

    private static String plain(Object value) {
        return switch (value) {
            case None _ -> "None";
            case Boolean b -> b ? "True" : "False";
            case Double d -> number(d);
            case BigInteger i -> {
                if (i.bitLength() > Arithmetic.MAX_BITS) {
                    throw new TemplateException("Exceeds the limit (4300 digits) for integer string conversion");
                }
                yield i.toString();
            }
            case Value.Undefined _ -> "Undefined";
            case Value.Range r -> "range(" + r.start() + ", " + r.stop() + (r.step() == 1 ? "" : ", " + r.step()) + ")";
            case Value.Callable c -> c.describe();
            case Value v -> "<" + Values.typeName(v) + " object>";
            default -> value.toString();
        };
    }

    /** The shortest decimal that reads back as the same number, as Python writes it. */
    static String number(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0.0" : "0.0";
        }
        BigDecimal shortest = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        BigDecimal shorter = shortest.round(new MathContext(1));
        if (shortest.precision() == 2 && shorter.doubleValue() == value) {
            shortest = shorter;
        }
        int exponent = shortest.precision() - shortest.scale() - 1;
        if (exponent >= -4 && exponent < 16) {
            String plain = shortest.toPlainString();
            return plain.contains(".") ? plain : plain + ".0";
        }
        return (value < 0 ? "-" : "") + NumberFormat.exponent(shortest.abs(), shortest.precision() - 1);
    }

    /** A string literal that Python would read back: in single quotes unless it has only single quotes inside. */
    static String quote(String s) {
        char quote = s.indexOf('\'') >= 0 && s.indexOf('"') < 0 ? '"' : '\'';
        var text = new StringBuilder().append(quote);
        s.codePoints().forEach(c -> {
            switch (c) {
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                case '\\' -> text.append("\\\\");
                default -> {
                    if (c == quote) {
                        text.append('\\').append(quote);
                    } else if (Text.isPrintable(c)) {
                        text.appendCodePoint(c);
                    } else {
                        text.append(escape(c));
                    }
                }
            }
        });
        return text.append(quote).toString();
    }

    /** A character as Python's escape sequence. */
    static String escape(int c) {
        return c < 0x100 ? "\\x" + hex(c, 2) : c < 0x10000 ? "\\u" + hex(c, 4) : "\\U" + hex(c, 8);
    }

    static String hex(int value, int digits) {
        String hex = Integer.toHexString(value);
        return "0".repeat(Math.max(0, digits - hex.length())) + hex;
    }
}
