package chainrule.text.template;

import static chainrule.text.template.Builtin.keeping;
import static chainrule.text.template.Builtin.of;
import static chainrule.text.template.Builtin.seeing;

import chainrule.text.template.Value.None;
import chainrule.text.template.Value.Undefined;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The filters of a chat template: {@code value|name(arguments)}. Source: jinja2/filters.py, version 3.1. */
final class Filters {
    private static final Builtin DEFAULT = seeing(
            "default",
            "value, default_value='', boolean=False",
            (_, a) -> a[0] instanceof Undefined || (Values.isTrue(a[2]) && !Values.isTrue(a[0])) ? a[1] : a[0]);

    private static final Map<String, Builtin> ANY = Builtin.table(
            DEFAULT,
            DEFAULT.as("d"),
            seeing("attr", "obj, name", (e, a) -> attribute(e, a[0], a[1])),
            keeping("string", "s", (e, a) -> e.str(a[0])),
            of(
                    "tojson",
                    "x, ensure_ascii=False, indent=None, separators=None, sort_keys=False",
                    (e, a) -> Json.write(e.budget(), a)));

    static final Map<String, Builtin> ALL =
            Builtin.table(ANY, SequenceFilters.ALL, SelectFilters.ALL, TextFilters.ALL, NumberFilters.ALL);

    private Filters() {}

    private static Object attribute(Evaluator evaluator, Object object, Object name) {
        Values.mustExist(object);
        String text = evaluator.str(name);
        Object own = Attributes.own(object, text);
        return own != null
                ? own
                : new Undefined(
                        Repr.quote(Values.typeName(object) + " object") + " has no attribute " + Repr.quote(text));
    }

    /** What leads from an item to the value of an attribute like {@code a.b.0}; no attribute is the item itself. */
    static UnaryOperator<Object> getter(Evaluator evaluator, Object attribute, Object fallback) {
        if (attribute == None.NONE) {
            return item -> item;
        }
        if (!(Markup.plain(attribute) instanceof String path)) {
            return item -> orElse(Attributes.item(evaluator.budget(), item, attribute), fallback);
        }
        String[] parts = path.split("\\.", -1);
        return item -> {
            Object value = item;
            for (String part : parts) {
                boolean number =
                        !part.isEmpty() && part.length() < 19 && part.chars().allMatch(Character::isDigit);
                Object key = number ? (Object) Long.parseLong(part) : part;
                value = orElse(Attributes.item(evaluator.budget(), value, key), fallback);
            }
            return value;
        };
    }

    private static Object orElse(Object value, Object fallback) {
        return value instanceof Undefined && fallback != None.NONE ? fallback : value;
    }

    /** Text in lower case, anything else as it is: how filters compare unless they are told to mind the case. */
    static Object ignoreCase(Object value, Object caseSensitive) {
        return Markup.plain(value) instanceof String text && !Values.isTrue(caseSensitive) ? Text.lower(text) : value;
    }
}
