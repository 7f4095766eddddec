package chainrule.text.template;

import java.util.ArrayList;
import java.util.List;

/**
 * Text that is marked as ready for HTML, as the filters {@code safe} and {@code escape} make it: what is joined to it or
 * formatted into it is escaped first, and what is made of it is marked as well. All else sees the text. Source:
 * MarkupSafe 3.0, {@code Markup}.
 */
record Markup(String text) implements Value {
    /** A value's text, escaped unless it is marked. */
    static Markup escape(Budget budget, Object value) {
        if (value instanceof Markup marked) {
            return marked;
        }
        String escaped = Repr.str(budget, value)
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&#34;")
                .replace("'", "&#39;");
        budget.text(escaped.length());
        return new Markup(escaped);
    }

    /** The value without a mark. */
    static Object plain(Object value) {
        return value instanceof Markup marked ? marked.text : value;
    }

    /** What was made of marked text: texts, also those of a list or a tuple, are marked. */
    static Object mark(Object made) {
        return switch (made) {
            case String text -> new Markup(text);
            case List<?> parts -> marked(parts);
            case Value.Tuple(List<Object> parts) -> new Value.Tuple(marked(parts));
            default -> made;
        };
    }

    private static List<Object> marked(List<?> parts) {
        var marked = new ArrayList<Object>(parts.size());
        parts.forEach(part -> marked.add(mark(part)));
        return marked;
    }

    /** An operator of which at least one operand is marked. */
    static Object apply(Budget budget, String operator, Object a, Object b) {
        boolean texts = plain(a) instanceof String && plain(b) instanceof String;
        if (operator.equals("%") && plain(a) instanceof String format) {
            boolean escaping = a instanceof Markup;
            String made = new Percent(budget, format, b, escaping).format();
            return escaping ? new Markup(made) : made;
        }
        return mark(
                operator.equals("+") && texts
                        ? Arithmetic.apply(budget, "+", escape(budget, a).text, escape(budget, b).text)
                        : Arithmetic.apply(budget, operator, plain(a), plain(b)));
    }
}
