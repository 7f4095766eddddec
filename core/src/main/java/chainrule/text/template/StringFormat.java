package chainrule.text.template;

import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code "…{field!conversion:spec}…".format(…)}; a field is nothing, a number or a name. Source: Python documentation,
 * "Format String Syntax".
 */
final class StringFormat {
    private static final Pattern FIELD = Pattern.compile("\\{\\{|}}|\\{([^{}!:.\\[]*)(?:!([rs]))?(?::([^{}]*))?}|[{}]");

    private final Budget budget;
    private final List<Object> positional;
    private final Map<String, Object> named;
    private final boolean escaping;
    /** The next field without a name; -1 once fields are numbered. */
    private int automatic;

    /** @param escaping whether fields are escaped: where the format is {@link Markup} */
    StringFormat(Budget budget, Args args, boolean escaping) {
        this.budget = budget;
        this.positional = args.positional();
        this.named = args.named();
        this.escaping = escaping;
    }

    String format(String format) {
        String text = FIELD.matcher(format).replaceAll(field -> Matcher.quoteReplacement(field(field)));
        budget.text(text.length());
        return text;
    }

    private String field(MatchResult field) {
        if (field.group(1) == null) {
            if (field.group().length() == 2) {
                return field.group().substring(1);
            }
            throw new TemplateException("'" + field.group() + "' belongs to no field like {}, {0}, {name}, {name!r} or"
                    + " {name:>8} in a format string");
        }
        Object value = value(field.group(1));
        if (field.group(2) != null) {
            value = field.group(2).equals("r") ? Repr.repr(budget, value) : Repr.str(budget, value);
        }
        boolean plain = field.group(3) == null || field.group(3).isEmpty();
        Object shown = plain ? value : write(value, FormatSpec.parse(field.group(3)));
        String text = escaping ? Markup.escape(budget, shown).text() : Repr.str(budget, shown);
        budget.text(text.length());
        return text;
    }

    private String write(Object value, FormatSpec spec) {
        if (escaping && value instanceof Markup) {
            throw new TemplateException("Unsupported format specification for Markup.");
        }
        if (Arithmetic.isInteger(value) && spec.precision() >= 0 && "eEfFgG%".indexOf(spec.type()) < 0) {
            throw new TemplateException("Precision not allowed in integer format specifier");
        }
        return spec.format(budget, Markup.plain(value));
    }

    private Object value(String name) {
        boolean number = name.length() < 10 && name.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!number) {
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
}
