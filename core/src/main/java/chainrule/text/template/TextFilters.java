package chainrule.text.template;

import static chainrule.text.template.Builtin.keeping;
import static chainrule.text.template.Builtin.of;
import static chainrule.text.template.Builtin.seeing;

import chainrule.text.template.Value.None;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Filters on text. Source: jinja2/filters.py, version 3.1. */
final class TextFilters {
    /** Words begin behind white space, hyphens and opening brackets. */
    private static final Pattern WORD = Pattern.compile("[^-\\s({\\[<]+", Pattern.UNICODE_CHARACTER_CLASS);

    private static final Builtin ESCAPE = seeing("escape", "s", (e, a) -> Markup.escape(e.budget(), a[0]));

    static final Map<String, Builtin> ALL = Builtin.table(
            ESCAPE,
            ESCAPE.as("e"),
            of("forceescape", "value", (e, a) -> Markup.escape(e.budget(), a[0])),
            of("safe", "value", (e, a) -> new Markup(e.str(a[0]))),
            keeping("capitalize", "s", (e, a) -> Text.capitalize(e.str(a[0]))),
            keeping("indent", "s, width=4, first=False, blank=False", TextFilters::indent),
            keeping("lower", "s", (e, a) -> Text.lower(e.str(a[0]))),
            of("replace", "s, old, new, count=None", TextFilters::replace),
            of("title", "s", TextFilters::title),
            keeping("trim", "value, chars=None", TextFilters::trim),
            keeping("upper", "s", (e, a) -> Text.upper(e.str(a[0]))));

    private TextFilters() {}

    private static Object trim(Evaluator e, Object[] a) {
        return Text.strip(e.str(a[0]), StringMethods.chars(a[1]), true, true);
    }

    private static Object indent(Evaluator e, Object[] a) {
        if (!(a[0] instanceof String text)) {
            throw new TemplateException(
                    "unsupported operand type(s) for +=: '" + Values.typeName(a[0]) + "' and 'str'");
        }
        String indentation = Text.indentation(e.budget(), a[1]);
        boolean blank = Values.isTrue(a[3]);
        var result = new StringBuilder(Values.isTrue(a[2]) ? indentation : "");
        List<Object> lines = Text.lines(text + "\n", false);
        for (int i = 0; i < lines.size(); i++) {
            String line = (String) lines.get(i);
            int start = result.length();
            result.append(i == 0 ? "" : "\n").append(i > 0 && (blank || !line.isEmpty()) ? indentation : "");
            result.append(line);
            e.budget().grow(result.length(), result.length() - start);
        }
        return result.toString();
    }

    private static Object replace(Evaluator e, Object[] a) {
        long count = a[3] == None.NONE ? -1 : Arithmetic.index(a[3]);
        return Text.replace(e.budget(), e.str(a[0]), e.str(a[1]), e.str(a[2]), count);
    }

    private static Object title(Evaluator e, Object[] a) {
        String text = WORD.matcher(e.str(a[0])).replaceAll(word -> Matcher.quoteReplacement(titleWord(word.group())));
        e.budget().text(text.length());
        return text;
    }

    private static String titleWord(String word) {
        int first = word.offsetByCodePoints(0, 1);
        return Text.upper(word.substring(0, first)) + Text.lower(word.substring(first));
    }
}
