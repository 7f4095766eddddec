package chainrule.text.template;

import static chainrule.text.template.Builtin.of;
import static chainrule.text.template.Builtin.open;

import chainrule.text.template.Value.Markup;
import chainrule.text.template.Value.None;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Filters on text. Source: jinja2/filters.py, version 3.1. */
final class TextFilters {
    static final Map<String, Builtin> ALL = Builtin.table(
            of("capitalize", "s", (e, a) -> method(e, "capitalize", a[0])),
            of("center", "value, width=80", (e, a) -> method(e, "center", a)),
            open("format", TextFilters::format),
            of("indent", "s, width=4, first=False, blank=False", TextFilters::indent),
            of("lower", "s", (e, a) -> method(e, "lower", a[0])),
            of("replace", "s, old, new, count=None", TextFilters::replace),
            of("title", "s", TextFilters::title),
            of("trim", "value, chars=None", (e, a) -> method(e, "strip", a)),
            of("truncate", "s, length=255, killwords=False, end='...', leeway=5", TextFilters::truncate),
            of("upper", "s", (e, a) -> method(e, "upper", a[0])),
            of("wordcount", "s", TextFilters::countWords),
            of(
                    "wordwrap",
                    "s, width=79, break_long_words=True, wrapstring=None, break_on_hyphens=True",
                    (e, a) -> WordWrap.wrap(e, a)));

    private TextFilters() {}

    /** A method of {@code str} on the value as text. */
    private static Object method(Evaluator e, String name, Object... values) {
        Builtin method = Objects.requireNonNull(StringMethods.ALL.get(name));
        Object[] args = values.clone();
        args[0] = Filters.soft(e, values[0]);
        return method.call(e, Args.of(args));
    }

    private static Object format(Evaluator e, Args args) {
        if (args.positional().isEmpty()) {
            throw new TemplateException("format() missing 1 required positional argument: 'value'");
        }
        Object format = Filters.soft(e, args.positional().getFirst());
        List<Object> positional = args.from(1).positional();
        if (!positional.isEmpty() && !args.named().isEmpty()) {
            throw new TemplateException("can't handle positional and keyword arguments at the same time");
        }
        Object values = new Value.Tuple(positional);
        if (!args.named().isEmpty()) {
            var named = new Dict();
            args.named().forEach((name, value) -> named.put(e.budget(), name, value));
            values = named;
        }
        return Arithmetic.apply(e.budget(), "%", format, values);
    }

    private static Object indent(Evaluator e, Object[] a) {
        String text = Values.text(a[0]);
        if (text == null) {
            throw new TemplateException(
                    "unsupported operand type(s) for +=: '" + Values.typeName(a[0]) + "' and 'str'");
        }
        String indentation = Values.text(a[1]);
        if (indentation == null) {
            long width = Math.max(0, Arithmetic.index(a[1]));
            e.budget().text(width);
            indentation = " ".repeat((int) width);
        }
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
        return Markups.like(a[0], result.toString());
    }

    private static Object replace(Evaluator e, Object[] a) {
        long count = a[3] == None.NONE ? -1 : Arithmetic.index(a[3]);
        String old = e.str(a[1]);
        if (!e.escaping()) {
            return Text.replace(e.budget(), e.str(a[0]), old, e.str(a[2]), count);
        }
        boolean markup = a[1] instanceof Markup || (a[2] instanceof Markup && !(a[0] instanceof Markup));
        Object text = markup ? Markups.escape(e.budget(), a[0]) : Filters.soft(e, a[0]);
        String replacement =
                text instanceof Markup ? Markups.escape(e.budget(), a[2]).text() : e.str(a[2]);
        return Markups.like(text, Text.replace(e.budget(), e.str(text), old, replacement, count));
    }

    /** Words begin behind white space, hyphens and opening brackets. */
    private static Object title(Evaluator e, Object[] a) {
        String text = e.str(a[0]);
        var result = new StringBuilder();
        int word = 0;
        for (int i = 0; i <= text.length(); i++) {
            boolean end = i == text.length() || Text.isSpace(text.charAt(i)) || "-({[<".indexOf(text.charAt(i)) >= 0;
            if (end) {
                result.append(titleWord(text.substring(word, i)));
                result.append(i < text.length() ? text.substring(i, i + 1) : "");
                word = i + 1;
            }
        }
        e.budget().text(result.length());
        return Markups.like(Filters.soft(e, a[0]), result.toString());
    }

    private static String titleWord(String word) {
        int first = word.isEmpty() ? 0 : word.offsetByCodePoints(0, 1);
        return Text.upper(word.substring(0, first)) + Text.lower(word.substring(first));
    }

    private static Object truncate(Evaluator e, Object[] a) {
        long length = Arithmetic.index(a[1]);
        String end = e.str(a[3]);
        long leeway = a[4] == None.NONE ? 5 : Arithmetic.index(a[4]);
        String text = Values.text(a[0]);
        if (length < Text.length(end) || leeway < 0) {
            throw new TemplateException("expected length >= " + Text.length(end) + ", got " + length);
        }
        if (text == null) {
            long size = Values.length(a[0]);
            if (size <= length + leeway) {
                return a[0];
            }
            throw new TemplateException("'" + Values.typeName(a[0]) + "' object cannot be truncated");
        }
        if (Text.length(text) - leeway <= length) {
            return a[0];
        }
        String cut = Text.substring(text, 0, (int) length - Text.length(end));
        int space = cut.lastIndexOf(' ');
        String kept = Values.isTrue(a[2]) || space < 0 ? cut : cut.substring(0, space);
        return Arithmetic.apply(e.budget(), "+", Markups.like(a[0], kept), a[3]);
    }

    private static Object countWords(Evaluator e, Object[] a) {
        boolean inside = false;
        long words = 0;
        for (int c : e.str(a[0]).codePoints().toArray()) {
            boolean letter = Character.isLetterOrDigit(c) || c == '_';
            words += letter && !inside ? 1 : 0;
            inside = letter;
        }
        return words;
    }
}
