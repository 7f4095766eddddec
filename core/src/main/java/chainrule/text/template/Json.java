package chainrule.text.template;

import chainrule.text.template.Value.None;
import java.math.BigInteger;
import java.util.List;
import java.util.Objects;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Python's {@code json.dumps}: {@code indent} is what one level is indented by, null for one line. Source: Python's
 * json module.
 */
final class Json {
    private final Budget budget;
    private final boolean ascii;
    private final @Nullable String indent;
    private final String itemSeparator;
    private final String keySeparator;
    private final boolean sorted;
    private final StringBuilder out = new StringBuilder();

    /** The filter's arguments: value, ensure_ascii, indent, separators, sort_keys. */
    private Json(Budget budget, Object[] arguments) {
        this.budget = budget;
        ascii = Values.isTrue(arguments[1]);
        indent = indent(budget, arguments[2]);
        boolean plain = arguments[3] == None.NONE;
        List<Object> separators = plain ? List.of() : Values.list(budget, arguments[3]);
        if (!plain && separators.size() != 2) {
            throw new TemplateException("separators must be a pair of strings");
        }
        itemSeparator = plain ? (indent == null ? ", " : ",") : Repr.str(budget, separators.get(0));
        keySeparator = plain ? ": " : Repr.str(budget, separators.get(1));
        sorted = Values.isTrue(arguments[4]);
    }

    private static @Nullable String indent(Budget budget, Object indent) {
        if (indent == None.NONE) {
            return null;
        }
        return Text.indentation(budget, indent);
    }

    static String write(Budget budget, Object... arguments) {
        var json = new Json(budget, arguments);
        json.value(arguments[0], 0);
        return json.out.toString();
    }

    private void add(String text) {
        out.append(text);
        budget.grow(out.length(), text.length());
    }

    private void value(Object value, int level) {
        budget.enter();
        List<Object> items = Values.sequence(value);
        if (Markup.plain(value) instanceof String text) {
            string(text);
        } else if (items != null) {
            parts("[]", items.size(), level, i -> value(items.get(i), level + 1));
        } else if (value instanceof Dict dict) {
            object(dict, level);
        } else {
            String scalar = scalar(value);
            if (scalar == null) {
                throw new TemplateException("Object of type " + Values.typeName(value) + " is not JSON serializable");
            }
            add(scalar);
        }
        budget.leave();
    }

    private @Nullable String scalar(Object value) {
        return switch (value) {
            case None _ -> "null";
            case Boolean b -> b ? "true" : "false";
            case Long l -> l.toString();
            case BigInteger i -> Repr.str(budget, i);
            case Double d when Double.isNaN(d) -> "NaN";
            case Double d when Double.isInfinite(d) -> d > 0 ? "Infinity" : "-Infinity";
            case Double d -> Repr.number(d);
            default -> null;
        };
    }

    private void newline(int level) {
        if (indent != null) {
            add("\n");
            for (int i = 0; i < level; i++) {
                add(indent);
            }
        }
    }

    /** {@code size} parts between brackets, each on a line of its own where there is an indent. */
    private void parts(String brackets, int size, int level, IntConsumer part) {
        add(brackets.substring(0, 1));
        for (int i = 0; i < size; i++) {
            add(i == 0 ? "" : itemSeparator);
            newline(level + 1);
            part.accept(i);
        }
        if (size > 0) {
            newline(level);
        }
        add(brackets.substring(1));
    }

    private void object(Dict dict, int level) {
        List<Object> keys = dict.keys();
        if (sorted) {
            List<Compare.Keyed> keyed =
                    keys.stream().map(key -> new Compare.Keyed(key, key)).toList();
            keys = Compare.sorted(budget, keyed, false).stream()
                    .map(Compare.Keyed::item)
                    .toList();
        }
        List<Object> names = keys;
        parts("{}", names.size(), level, i -> {
            Object key = names.get(i);
            String text = Markup.plain(key) instanceof String s ? s : scalar(key);
            if (text == null) {
                throw new TemplateException("keys must be str, int, float, bool or None, not " + Values.typeName(key));
            }
            string(text);
            add(keySeparator);
            value(Objects.requireNonNull(dict.get(budget, key)), level + 1);
        });
    }

    private void string(String text) {
        var quoted = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                case '\f' -> quoted.append("\\f");
                case '\b' -> quoted.append("\\b");
                default -> {
                    if (c < ' ' || (ascii && c > '~')) {
                        quoted.append("\\u").append(Repr.hex(c, 4));
                    } else {
                        quoted.append(c);
                    }
                }
            }
        }
        add(quoted.append('"').toString());
    }
}
