package chainrule.text.template;

import chainrule.text.template.Value.None;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The methods of {@code str}. Source: Python documentation, "Text Sequence Type". */
final class StringMethods {
    private static final String ANY = "self, sub, start=None, end=None";

    private static final Map<String, Builtin> CHANGING = Builtin.table(
            text("capitalize", "self", (_, s, _) -> Text.capitalize(s)),
            text("casefold", "self", (_, s, _) -> Text.lower(Text.upper(s))),
            text("center", "self, width, fillchar=' '", (e, s, a) -> pad(e, s, a, 'c')),
            text("ljust", "self, width, fillchar=' '", (e, s, a) -> pad(e, s, a, 'l')),
            text("lower", "self", (_, s, _) -> Text.lower(s)),
            text("lstrip", "self, chars=None", (_, s, a) -> Text.strip(s, chars(a[1]), true, false)),
            text("removeprefix", "self, prefix", (_, s, a) -> {
                String prefix = need(a[1]);
                return s.startsWith(prefix) ? s.substring(prefix.length()) : s;
            }),
            text("removesuffix", "self, suffix", (_, s, a) -> {
                String suffix = need(a[1]);
                return s.endsWith(suffix) ? s.substring(0, s.length() - suffix.length()) : s;
            }),
            text(
                    "replace",
                    "self, old, new, count=-1",
                    (e, s, a) -> Text.replace(e.budget(), s, need(a[1]), into(e, a[0], a[2]), Arithmetic.index(a[3]))),
            text("rjust", "self, width, fillchar=' '", (e, s, a) -> pad(e, s, a, 'r')),
            text("rstrip", "self, chars=None", (_, s, a) -> Text.strip(s, chars(a[1]), false, true)),
            text("strip", "self, chars=None", (_, s, a) -> Text.strip(s, chars(a[1]), true, true)),
            text("title", "self", (_, s, _) -> Text.title(s)),
            text("upper", "self", (_, s, _) -> Text.upper(s)),
            text("zfill", "self, width", StringMethods::zeroFill));

    private static final Map<String, Builtin> SPLITTING = Builtin.table(
            text("partition", "self, sep", (e, s, a) -> partition(e, s, separator(a[1]), false)),
            text("rpartition", "self, sep", (e, s, a) -> partition(e, s, separator(a[1]), true)),
            text("rsplit", "self, sep=None, maxsplit=-1", (e, s, a) -> split(e, s, a, true)),
            text("split", "self, sep=None, maxsplit=-1", (e, s, a) -> split(e, s, a, false)),
            text("splitlines", "self, keepends=False", (e, s, a) -> made(e, Text.lines(s, Values.isTrue(a[1])))));

    private static final Map<String, Builtin> ASKING = Builtin.table(
            text("count", ANY, StringMethods::count),
            text("endswith", "self, suffix, start=None, end=None", (e, s, a) -> ends(e, a, false)),
            text("find", ANY, (e, s, a) -> find(e, s, a, false)),
            text("index", ANY, (e, s, a) -> found(find(e, s, a, false))),
            text("rfind", ANY, (e, s, a) -> find(e, s, a, true)),
            text("rindex", ANY, (e, s, a) -> found(find(e, s, a, true))),
            text("startswith", "self, prefix, start=None, end=None", (e, s, a) -> ends(e, a, true)),
            all("isalnum", c -> Character.isLetterOrDigit(c) || isNumeric(c)),
            all("isalpha", Character::isLetter),
            all("isdecimal", Character::isDigit),
            all("isdigit", StringMethods::isDigit),
            all("isnumeric", StringMethods::isNumeric),
            all("isspace", Text::isSpace),
            text("isascii", "self", (_, s, _) -> s.chars().allMatch(c -> c < 0x80)),
            text("islower", "self", (_, s, _) -> isLower(s)),
            text("isprintable", "self", (_, s, _) -> s.codePoints().allMatch(Text::isPrintable)),
            text("istitle", "self", (_, s, _) -> s.codePoints().anyMatch(Text::isCased) && s.equals(Text.title(s))),
            text("isupper", "self", (_, s, _) -> isUpper(s)));

    private static final Map<String, Builtin> JOINING = Builtin.table(
            text("join", "self, iterable", StringMethods::join),
            Builtin.open("format", (e, args) -> format(e, args.positional().getFirst(), args.from(1))));

    static final Map<String, Builtin> ALL = Builtin.table(CHANGING, SPLITTING, ASKING, JOINING);

    private StringMethods() {}

    private interface Body {
        Object apply(Evaluator evaluator, String self, Object[] values);
    }

    private static Builtin text(String name, String parameters, Body body) {
        return Builtin.seeing(name, parameters, (e, a) -> {
            Object result = body.apply(e, need(a[0]), a);
            if (result instanceof String made) {
                e.budget().text(made.length());
            }
            return a[0] instanceof Markup ? Markup.mark(result) : result;
        });
    }

    private static Builtin all(String name, IntPredicate condition) {
        return text(name, "self", (_, s, _) -> !s.isEmpty() && s.codePoints().allMatch(condition));
    }

    private static String need(Object value) {
        if (Markup.plain(value) instanceof String text) {
            return text;
        }
        throw new TemplateException("must be str, not " + Values.typeName(value));
    }

    /** A text that becomes part of {@code self}. */
    private static String into(Evaluator e, Object self, Object value) {
        return self instanceof Markup ? Markup.escape(e.budget(), value).text() : need(value);
    }

    static @Nullable String chars(Object value) {
        return value == None.NONE ? null : need(value);
    }

    private static String separator(Object value) {
        String separator = need(value);
        if (separator.isEmpty()) {
            throw new TemplateException("empty separator");
        }
        return separator;
    }

    private static List<Object> made(Evaluator e, List<Object> parts) {
        e.budget().elements(parts.size());
        return parts;
    }

    private static List<Object> split(Evaluator e, String s, Object[] a, boolean last) {
        e.budget().text(s.length());
        long max = Arithmetic.index(a[2]);
        if (a[1] == None.NONE) {
            return made(e, last ? Text.lastWords(s, max) : Text.words(s, max));
        }
        String separator = separator(a[1]);
        return made(
                e, last ? Text.splitLast(e.budget(), s, separator, max) : Text.split(e.budget(), s, separator, max));
    }

    private static Value.Tuple partition(Evaluator e, String s, String separator, boolean last) {
        int at = last ? Text.findLast(e.budget(), s, separator) : Text.find(e.budget(), s, separator, 0);
        if (at < 0) {
            return last ? Value.Tuple.of("", "", s) : Value.Tuple.of(s, "", "");
        }
        return Value.Tuple.of(s.substring(0, at), separator, s.substring(at + separator.length()));
    }

    private static Object join(Evaluator e, String separator, Object[] a) {
        List<Object> items = Values.list(e.budget(), a[1]);
        if (a[0] instanceof Markup) {
            return e.join(
                    separator,
                    items.stream()
                            .<Object>map(item -> Markup.escape(e.budget(), item))
                            .toList());
        }
        for (int i = 0; i < items.size(); i++) {
            if (!(Markup.plain(items.get(i)) instanceof String)) {
                throw new TemplateException(
                        "sequence item " + i + ": expected str instance, " + Values.typeName(items.get(i)) + " found");
            }
        }
        return e.join(separator, items);
    }

    private static Object format(Evaluator e, Object self, Args args) {
        boolean marked = self instanceof Markup;
        String text = new StringFormat(e.budget(), args, marked).format(need(self));
        return marked ? new Markup(text) : text;
    }

    private static String pad(Evaluator e, String s, Object[] a, char side) {
        String fill = into(e, a[0], a[2]);
        if (Text.length(fill) != 1) {
            throw new TemplateException("The fill character must be exactly one character long");
        }
        long width = Arithmetic.index(a[1]);
        e.budget().text(Math.max(0, width));
        int missing = (int) Math.max(0, width - Text.length(s));
        // Python puts the odd one on the left where the width is odd.
        int left = side == 'l' ? 0 : side == 'r' ? missing : missing / 2 + (int) (missing & width & 1);
        return fill.repeat(left) + s + fill.repeat(missing - left);
    }

    private static String zeroFill(Evaluator e, String s, Object[] a) {
        long width = Arithmetic.index(a[1]);
        e.budget().text(Math.max(0, width));
        int sign = s.startsWith("-") || s.startsWith("+") ? 1 : 0;
        int missing = (int) Math.max(0, width - Text.length(s));
        return s.substring(0, sign) + "0".repeat(missing) + s.substring(sign);
    }

    /** The part of the text that the bounds of a search leave, null if they leave none. */
    private static @Nullable String window(Evaluator e, Object[] a) {
        if (a[2] == None.NONE && a[3] == None.NONE) {
            return need(a[0]);
        }
        long start = a[2] == None.NONE ? 0 : Arithmetic.index(a[2]);
        if (start > Text.length(need(a[0]))) {
            return null;
        }
        return (String) Attributes.slice(e.budget(), need(a[0]), a[2], a[3], None.NONE);
    }

    private static long start(String s, Object start) {
        long index = start == None.NONE ? 0 : Arithmetic.index(start);
        return index < 0 ? Math.max(0, index + Text.length(s)) : index;
    }

    private static long find(Evaluator e, String s, Object[] a, boolean last) {
        String part = need(a[1]);
        String window = window(e, a);
        int at = window == null
                ? -1
                : last ? Text.findLast(e.budget(), window, part) : Text.find(e.budget(), window, part, 0);
        return at < 0 || window == null ? -1 : start(s, a[2]) + Text.length(window.substring(0, at));
    }

    private static Object found(long at) {
        if (at < 0) {
            throw new TemplateException("substring not found");
        }
        return at;
    }

    private static long count(Evaluator e, String s, Object[] a) {
        String part = need(a[1]);
        String window = window(e, a);
        if (window == null) {
            return 0;
        }
        if (part.isEmpty()) {
            return Text.length(window) + 1L;
        }
        e.budget().text(window.length());
        return Text.split(e.budget(), window, part, -1).size() - 1L;
    }

    private static boolean ends(Evaluator e, Object[] a, boolean start) {
        String window = window(e, a);
        List<Object> parts = a[1] instanceof Value.Tuple tuple ? tuple.items() : List.of(a[1]);
        boolean any = false;
        for (Object part : parts) {
            String text = need(part);
            any |= window != null && (start ? window.startsWith(text) : window.endsWith(text));
        }
        return any;
    }

    static boolean isLower(String s) {
        return s.codePoints().anyMatch(Character::isLowerCase)
                && s.codePoints().noneMatch(c -> Character.isUpperCase(c) || Character.isTitleCase(c));
    }

    static boolean isUpper(String s) {
        return s.codePoints().anyMatch(Character::isUpperCase)
                && s.codePoints().noneMatch(c -> Character.isLowerCase(c) || Character.isTitleCase(c));
    }

    private static boolean isDigit(int c) {
        boolean superscript = c == 0xb2 || c == 0xb3 || c == 0xb9 || (c >= 0x2070 && c <= 0x2089 && isNumeric(c));
        return Character.isDigit(c) || superscript;
    }

    private static boolean isNumeric(int c) {
        int type = Character.getType(c);
        return Character.isDigit(c) || type == Character.LETTER_NUMBER || type == Character.OTHER_NUMBER;
    }
}
