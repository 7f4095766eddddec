package chainrule.text.template;

import static chainrule.text.template.Builtin.of;

import chainrule.text.template.Value.Markup;
import chainrule.text.template.Value.None;
import chainrule.text.template.Value.Undefined;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Map;

/** Filters that know HTML and addresses. Source: jinja2/filters.py, version 3.1. */
final class HtmlFilters {
    private static final Builtin ESCAPE = of("escape", "s", (e, a) -> Markups.escape(e.budget(), a[0]));

    static final Map<String, Builtin> ALL = Builtin.table(
            ESCAPE,
            ESCAPE.as("e"),
            of("forceescape", "value", (e, a) -> Markups.escape(e.budget(), e.str(a[0]))),
            of("safe", "value", (e, a) -> new Markup(e.str(a[0]))),
            of("striptags", "value", (e, a) -> Markups.stripTags(e.budget(), e.str(a[0]))),
            of("urlencode", "value", HtmlFilters::encode),
            of(
                    "urlize",
                    "value, trim_url_limit=None, nofollow=False, target=None, rel=None, extra_schemes=None",
                    (_, _) -> {
                        throw new TemplateException("the filter 'urlize' is not offered to chat templates");
                    }),
            of("xmlattr", "d, autospace=True", HtmlFilters::attributes));

    private HtmlFilters() {}

    private static Object encode(Evaluator e, Object[] a) {
        if (Values.text(a[0]) != null || !Values.isIterable(a[0])) {
            return quote(e, a[0], false);
        }
        var pairs = new ArrayList<Object>();
        Values.iterate(e.budget(), a[0] instanceof Dict dict ? dict.items() : a[0])
                .forEachRemaining(item -> {
                    var pair = Values.list(e.budget(), item);
                    if (pair.size() != 2) {
                        throw new TemplateException("urlencode needs pairs of a name and a value");
                    }
                    pairs.add(quote(e, pair.get(0), true) + "=" + quote(e, pair.get(1), true));
                });
        return e.join("&", pairs);
    }

    private static String quote(Evaluator e, Object value, boolean query) {
        var quoted = new StringBuilder();
        for (byte b : e.str(value).getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain =
                    c < 0x80 && (Character.isLetterOrDigit(c) || "_.-~".indexOf(c) >= 0 || (c == '/' && !query));
            quoted.append(
                    plain
                            ? String.valueOf(c)
                            : c == ' ' && query ? "+" : String.format(Locale.ROOT, "%%%02X", (int) c));
        }
        e.budget().text(quoted.length());
        return quoted.toString();
    }

    private static Object attributes(Evaluator e, Object[] a) {
        if (!(a[0] instanceof Dict dict)) {
            throw new TemplateException("'" + Values.typeName(a[0]) + "' object has no attribute 'items'");
        }
        var pairs = new ArrayList<String>();
        for (Object key : dict.keys()) {
            Object value = dict.get(e.budget(), key);
            String name = e.str(key);
            if (value == null || value == None.NONE || value instanceof Undefined) {
                continue;
            }
            if (name.chars().anyMatch(c -> Text.isSpace(c) || c == '/' || c == '>' || c == '=')) {
                throw new TemplateException("Invalid character in attribute name: " + Repr.quote(name));
            }
            pairs.add(Markups.escape(e.budget(), key).text() + "=\""
                    + Markups.escape(e.budget(), value).text() + "\"");
        }
        String all = String.join(" ", pairs);
        String text = Values.isTrue(a[1]) && !all.isEmpty() ? " " + all : all;
        return e.escaping() ? new Markup(text) : text;
    }
}
