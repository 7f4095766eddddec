package chainrule.text.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code "…{field!conversion:spec}…".format(…)}. Source: Python documentation, "Format String Syntax".
 */
final class StringFormat {
    private static final int MAX_NESTING = 2;

    private final Budget budget;
    private final List<Object> positional;
    private final Map<String, Object> named;
    /** Whether values are escaped as HTML: the format is markup. */
    private final boolean escape;
    /** The next field without a name; -1 once fields are numbered. */
    private int automatic;

    StringFormat(Budget budget, Args args, boolean escape) {
        this.budget = budget;
        this.positional = args.positional();
        this.named = args.named();
        this.escape = escape;
    }

    String format(String format) {
        return format(format, MAX_NESTING);
    }

    private String format(String format, int nesting) {
        if (nesting < 0) {
            throw new TemplateException("Max string recursion exceeded");
        }
        var text = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            boolean twice = i + 1 < format.length() && format.charAt(i + 1) == c;
            if (c == '}' && !twice) {
                throw new TemplateException("Single '}' encountered in format string");
            } else if (c == '{' && !twice) {
                int close = closing(format, i + 1);
                String piece = field(format.substring(i + 1, close), nesting);
                text.append(piece);
                budget.grow(text.length(), piece.length());
                i = close;
            } else {
                text.append(c);
                i += c == '{' || c == '}' ? 1 : 0;
            }
        }
        budget.text(text.length());
        return text.toString();
    }

    private static int closing(String format, int from) {
        int depth = 1;
        for (int i = from; i < format.length(); i++) {
            depth += format.charAt(i) == '{' ? 1 : format.charAt(i) == '}' ? -1 : 0;
            if (depth == 0) {
                return i;
            }
        }
        throw new TemplateException(
                from == format.length()
                        ? "Single '{' encountered in format string"
                        : "expected '}' before end of string");
    }

    private String field(String field, int nesting) {
        int end = 0;
        int brackets = 0;
        while (end < field.length() && (brackets > 0 || "!:".indexOf(field.charAt(end)) < 0)) {
            brackets += field.charAt(end) == '[' ? 1 : field.charAt(end) == ']' ? -1 : 0;
            end++;
        }
        Object value = lookup(field.substring(0, end));
        if (end < field.length() && field.charAt(end) == '!') {
            value = convert(value, end + 1 < field.length() ? field.charAt(end + 1) : 0);
            end = Math.min(end + 2, field.length());
        }
        String spec = end < field.length() ? field.substring(end + 1) : "";
        if (end < field.length() && field.charAt(end) != ':') {
            throw new TemplateException("expected ':' after conversion specifier");
        }
        String text = write(value, format(spec, nesting - 1));
        return escape && !(value instanceof Value.Markup) ? Markups.escape(text) : text;
    }

    private String write(Object value, String spec) {
        if (spec.isEmpty()) {
            return Repr.str(budget, value);
        }
        FormatSpec parsed = FormatSpec.parse(spec);
        if (Arithmetic.isInteger(value) && parsed.precision() >= 0 && "eEfFgG%".indexOf(parsed.type()) < 0) {
            throw new TemplateException("Precision not allowed in integer format specifier");
        }
        return parsed.format(budget, value);
    }

    private Object convert(Object value, char conversion) {
        return switch (conversion) {
            case 's' -> Repr.str(budget, value);
            case 'r' -> Repr.repr(budget, value);
            case 'a' -> ascii(Repr.repr(budget, value));
            default -> throw new TemplateException("Unknown conversion specifier '" + conversion + "'");
        };
    }

    /** With every character beyond ASCII as an escape. */
    static String ascii(String text) {
        var escaped = new StringBuilder();
        text.codePoints().forEach(c -> escaped.append(c < 0x80 ? Character.toString(c) : Repr.escape(c)));
        return escaped.toString();
    }

    /** The value of a name like {@code 0.role[key]}. */
    private Object lookup(String name) {
        int end = 0;
        while (end < name.length() && ".[".indexOf(name.charAt(end)) < 0) {
            end++;
        }
        Object value = first(name.substring(0, end));
        while (end < name.length()) {
            boolean item = name.charAt(end) == '[';
            int stop = end + 1;
            while (stop < name.length() && (item ? name.charAt(stop) != ']' : ".[".indexOf(name.charAt(stop)) < 0)) {
                stop++;
            }
            String part = name.substring(end + 1, stop);
            if (part.isEmpty() || (item && stop == name.length())) {
                throw new TemplateException("Empty attribute in format string");
            }
            value = item
                    ? Attributes.item(budget, value, isNumber(part) ? (Object) Long.parseLong(part) : part)
                    : Attributes.attribute(budget, value, part);
            end = item ? stop + 1 : stop;
        }
        return value;
    }

    private static boolean isNumber(String name) {
        return !name.isEmpty() && name.length() < 10 && name.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private Object first(String name) {
        if (!name.isEmpty() && !isNumber(name)) {
            Object value = named.get(name);
            if (value == null) {
                throw new TemplateException(Repr.quote(name));
            }
            return value;
        }
        if (name.isEmpty() ? automatic < 0 : automatic > 0) {
            throw new TemplateException("cannot mix automatic field numbering and manual field specification");
        }
        int index = name.isEmpty() ? automatic++ : Integer.parseInt(name);
        automatic = name.isEmpty() ? automatic : -1;
        if (index >= positional.size()) {
            throw new TemplateException("Replacement index " + index + " out of range for positional args tuple");
        }
        return positional.get(index);
    }

    /** Positional and named arguments of {@code format_map}. */
    static Args mapping(Object mapping) {
        if (!(mapping instanceof Dict dict)) {
            throw new TemplateException("format_map() needs a dict");
        }
        return new Args(new ArrayList<>(), dict.strings());
    }
}
