package chainrule.text.template;

import chainrule.text.template.Value.Markup;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** HTML-safe text: what is done to it leaves it safe, and what joins it is escaped. Source: markupsafe 3.0. */
final class Markups {
    private static final Map<String, String> ENTITIES =
            Map.of("amp", "&", "lt", "<", "gt", ">", "quot", "\"", "apos", "'", "nbsp", "\u00a0");

    private Markups() {}

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&#34;")
                .replace("'", "&#39;");
    }

    /** Safe text from any value; markup is safe already. */
    static Markup escape(Budget budget, Object value) {
        if (value instanceof Markup markup) {
            return markup;
        }
        String escaped = escape(Repr.str(budget, value));
        budget.text(escaped.length());
        return new Markup(escaped);
    }

    /** {@code result} as markup if what it was made of is. */
    static Object like(Object origin, Object result) {
        if (!(origin instanceof Markup)) {
            return result;
        }
        return switch (result) {
            case String s -> new Markup(s);
            case List<?> parts -> all(parts);
            case Value.Tuple parts -> new Value.Tuple(all(parts.items()));
            default -> result;
        };
    }

    private static List<Object> all(List<?> parts) {
        var markups = new ArrayList<Object>();
        parts.forEach(part -> markups.add(part instanceof String s ? new Markup(s) : part));
        return markups;
    }

    /** Two texts one after the other. */
    static Object join(Budget budget, Object a, Object b) {
        if (a instanceof String x && b instanceof String y) {
            budget.text(x.length() + (long) y.length());
            return x.concat(y);
        }
        String x = escape(budget, a).text();
        String y = escape(budget, b).text();
        budget.text(x.length() + (long) y.length());
        return new Markup(x.concat(y));
    }

    /** Without tags and comments, every run of white space one space, entities resolved. */
    static String stripTags(Budget budget, String html) {
        var text = new StringBuilder();
        int pos = 0;
        for (int start = html.indexOf('<'); start >= 0; start = html.indexOf('<', pos)) {
            boolean comment = html.startsWith("<!--", start);
            int end = comment ? html.indexOf("-->", start + 4) : html.indexOf('>', start);
            if (end < 0) {
                break;
            }
            text.append(html, pos, start);
            pos = end + (comment ? 3 : 1);
        }
        text.append(html.substring(pos));
        budget.text(text.length());
        return unescape(String.join(" ", Text.words(text.toString(), -1).toArray(new String[0])));
    }

    /** Resolves numeric entities and the most common named ones. */
    private static String unescape(String html) {
        var text = new StringBuilder();
        int pos = 0;
        for (int start = html.indexOf('&'); start >= 0; start = html.indexOf('&', start + 1)) {
            int end = html.indexOf(';', start);
            String entity = end < 0 || end - start > 9 ? "" : html.substring(start + 1, end);
            String character = ENTITIES.getOrDefault(entity, numeric(entity));
            if (!character.isEmpty()) {
                text.append(html, pos, start).append(character);
                pos = end + 1;
            }
        }
        return text.append(html.substring(pos)).toString();
    }

    private static String numeric(String entity) {
        boolean hex = entity.startsWith("#x") || entity.startsWith("#X");
        if (!entity.startsWith("#")) {
            return "";
        }
        try {
            int c = hex ? Integer.parseInt(entity.substring(2), 16) : Integer.parseInt(entity.substring(1));
            return Character.isValidCodePoint(c) ? Character.toString(c) : "\ufffd";
        } catch (NumberFormatException e) {
            return "";
        }
    }
}
