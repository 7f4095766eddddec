package chainrule.text.template;

import static chainrule.text.template.Builtin.of;

import chainrule.text.template.Value.None;
import chainrule.text.template.Value.View.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The methods and fields of values other than text. Source: Python documentation, "Built-in Types". */
final class Methods {
    private static final Builtin FROM_KEYS = of("fromkeys", "self, iterable, value=None", Methods::fromKeys);

    private static final Map<String, Builtin> SEQUENCE = Builtin.table(
            of("count", "self, value", Methods::count), of("index", "self, value, start=0, stop=None", Methods::index));

    private static final Map<String, Builtin> LIST =
            Builtin.table(SEQUENCE, Builtin.table(of("copy", "self", (e, a) -> Values.list(e.budget(), a[0]))));

    private static final Map<String, Builtin> DICT = Builtin.table(
            FROM_KEYS,
            of("copy", "self", (_, a) -> a[0]),
            of("get", "self, key, default=None", Methods::get),
            of("items", "self", (_, a) -> new Value.View(Part.ITEMS, (Dict) a[0])),
            of("keys", "self", (_, a) -> new Value.View(Part.KEYS, (Dict) a[0])),
            of("values", "self", (_, a) -> new Value.View(Part.VALUES, (Dict) a[0])));

    private static final Map<String, Builtin> NUMBER = Builtin.table(
            of("bit_length", "self", (_, a) ->
                    (long) Arithmetic.integer(a[0]).abs().bitLength()),
            of("conjugate", "self", (_, a) -> a[0]),
            of(
                    "is_integer",
                    "self",
                    (_, a) -> !(a[0] instanceof Double d) || d == Math.rint(d) && !Double.isInfinite(d)));

    private static final Map<String, Builtin> CYCLER =
            Builtin.table(of("next", "self", (_, a) -> ((Value.Cycler) a[0]).next()), of("reset", "self", (_, a) -> {
                ((Value.Cycler) a[0]).reset();
                return None.NONE;
            }));

    private static final Map<String, Builtin> DICT_TYPE = Builtin.table(FROM_KEYS);

    private Methods() {}

    /** The methods that a value has; each takes it as its first argument. */
    static Map<String, Builtin> table(Object value) {
        return switch (value) {
            case String _ -> StringMethods.ALL;
            case Value.Markup _ -> StringMethods.ALL;
            case List<?> _ -> LIST;
            case Value.Tuple _ -> SEQUENCE;
            case Value.Group _ -> SEQUENCE;
            case Value.Range _ -> SEQUENCE;
            case Dict _ -> DICT;
            case Value.Cycler _ -> CYCLER;
            case Builtin function when function.name().equals("dict") -> DICT_TYPE;
            default -> Arithmetic.isNumber(value) ? NUMBER : Map.of();
        };
    }

    /** The value of a field, null where there is none. */
    static @Nullable Object field(Object value, String name) {
        if (value instanceof Value.Cycler cycler && name.equals("current")) {
            return cycler.current();
        }
        if (value instanceof Value.Range range) {
            return switch (name) {
                case "start" -> range.start();
                case "stop" -> range.stop();
                case "step" -> range.step();
                default -> null;
            };
        }
        if (!Arithmetic.isNumber(value)) {
            return null;
        }
        return switch (name) {
            case "real" -> value;
            case "imag" -> value instanceof Double ? (Object) 0.0 : (Object) 0L;
            case "numerator" -> value instanceof Double ? null : value;
            case "denominator" -> value instanceof Double ? null : (Object) 1L;
            default -> null;
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

    private static Object fromKeys(Evaluator e, Object[] a) {
        var dict = new Dict();
        for (Object key : new ArrayList<>(Values.list(e.budget(), a[1]))) {
            dict.put(e.budget(), key, a[2]);
        }
        return dict;
    }
}
