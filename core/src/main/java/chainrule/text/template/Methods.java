package chainrule.text.template;

import static chainrule.text.template.Builtin.of;
import static chainrule.text.template.Builtin.seeing;

import chainrule.text.template.Value.None;
import chainrule.text.template.Value.View.Part;
import java.util.List;
import java.util.Map;

/** The methods of values other than text. Source: Python documentation, "Built-in Types". */
final class Methods {
    private static final Map<String, Builtin> SEQUENCE = Builtin.table(
            of("count", "self, value", Methods::count), of("index", "self, value, start=0, stop=None", Methods::index));

    private static final Map<String, Builtin> LIST =
            Builtin.table(SEQUENCE, Builtin.table(of("copy", "self", (e, a) -> Values.list(e.budget(), a[0]))));

    private static final Map<String, Builtin> DICT = Builtin.table(
            of("copy", "self", (_, a) -> a[0]),
            seeing("get", "self, key, default=None", Methods::get),
            of("items", "self", (_, a) -> new Value.View(Part.ITEMS, (Dict) a[0])),
            of("keys", "self", (_, a) -> new Value.View(Part.KEYS, (Dict) a[0])),
            of("values", "self", (_, a) -> new Value.View(Part.VALUES, (Dict) a[0])));

    private Methods() {}

    /** The methods that a value has; each takes it as its first argument. */
    static Map<String, Builtin> table(Object value) {
        return switch (value) {
            case String _ -> StringMethods.ALL;
            case Markup _ -> StringMethods.ALL;
            case List<?> _ -> LIST;
            case Value.Tuple _ -> SEQUENCE;
            case Value.Range _ -> SEQUENCE;
            case Dict _ -> DICT;
            default -> Map.of();
        };
    }

    private static Object count(Evaluator e, Object[] a) {
        long count = 0;
        for (Object item : Values.list(e.budget(), a[0])) {
            count += Compare.equal(e.budget(), item, a[1]) ? 1 : 0;
        }
        return count;
    }

    private static Object index(Evaluator e, Object[] a) {
        List<Object> items = Values.list(e.budget(), a[0]);
        long start = Arithmetic.index(a[2]);
        long stop = a[3] == None.NONE ? items.size() : Arithmetic.index(a[3]);
        long from = start < 0 ? Math.max(0, start + items.size()) : start;
        long to = Math.min(items.size(), stop < 0 ? stop + items.size() : stop);
        for (long i = from; i < to; i++) {
            if (Compare.equal(e.budget(), items.get((int) i), a[1])) {
                return i;
            }
        }
        throw new TemplateException(Repr.repr(e.budget(), a[1]) + " is not in list");
    }

    private static Object get(Evaluator e, Object[] a) {
        if (Dict.key(e.budget(), a[1]) == null) {
            throw Dict.unhashable(a[1]);
        }
        Object value = ((Dict) a[0]).get(e.budget(), a[1]);
        return value == null ? a[2] : value;
    }
}
