package chainrule.text.template;

import static chainrule.text.template.Builtin.keeping;
import static chainrule.text.template.Builtin.of;

import chainrule.text.template.Compare.Keyed;
import chainrule.text.template.Value.None;
import chainrule.text.template.Value.Undefined;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Filters on what can be iterated over. Source: jinja2/filters.py, version 3.1. */
final class SequenceFilters {
    private static final Builtin LENGTH = of("length", "obj", (_, a) -> Values.length(a[0]));

    static final Map<String, Builtin> ALL = Builtin.table(
            LENGTH,
            LENGTH.as("count"),
            of("dictsort", "value, case_sensitive=False, by='key', reverse=False", SequenceFilters::sortDict),
            of("first", "seq", (e, a) -> first(Values.iterate(e.budget(), a[0]), "No first item, sequence was empty.")),
            of("items", "value", SequenceFilters::items),
            of("join", "value, d='', attribute=None", SequenceFilters::join),
            keeping("last", "seq", SequenceFilters::last),
            of("list", "value", (e, a) -> new ArrayList<>(Values.list(e.budget(), a[0]))),
            of("max", "value, case_sensitive=False, attribute=None", (e, a) -> extreme(e, ">", a)),
            of("min", "value, case_sensitive=False, attribute=None", (e, a) -> extreme(e, "<", a)),
            keeping("reverse", "value", SequenceFilters::reverse),
            of("sort", "value, reverse=False, case_sensitive=False, attribute=None", SequenceFilters::sort),
            of("sum", "iterable, attribute=None, start=0", SequenceFilters::sum),
            of("unique", "value, case_sensitive=False, attribute=None", SequenceFilters::unique));

    private SequenceFilters() {}

    private static Object first(Iterator<Object> items, String whenEmpty) {
        return items.hasNext() ? items.next() : new Undefined(whenEmpty);
    }

    private static Object last(Evaluator e, Object[] a) {
        return first(Values.reversed(e.budget(), a[0]).iterator(), "No last item, sequence was empty.");
    }

    private static Object reverse(Evaluator e, Object[] a) {
        if (a[0] instanceof String text) {
            return Text.reverse(text);
        }
        boolean once = a[0] instanceof Value.Generator;
        List<Object> reversed = once ? Values.list(e.budget(), a[0]).reversed() : Values.reversed(e.budget(), a[0]);
        return once ? reversed : e.lazy(reversed::iterator);
    }

    private static Object items(Evaluator e, Object[] a) {
        return e.lazy(() -> switch (a[0]) {
            case Undefined _ -> List.of().iterator();
            case Dict dict -> dict.items().iterator();
            default -> throw new TemplateException("Can only get item pairs from a mapping.");
        });
    }

    private static Object join(Evaluator e, Object[] a) {
        UnaryOperator<Object> getter = Filters.getter(e, a[2], None.NONE);
        var items = new ArrayList<Object>();
        Values.iterate(e.budget(), a[0]).forEachRemaining(item -> {
            e.budget().elements(1);
            items.add(getter.apply(item));
        });
        return e.join(a[1], items);
    }

    private static List<Keyed> keyed(Evaluator e, Object items, UnaryOperator<Object> key) {
        var keyed = new ArrayList<Keyed>();
        Values.iterate(e.budget(), items).forEachRemaining(item -> {
            e.budget().elements(2);
            keyed.add(new Keyed(item, key.apply(item)));
        });
        return keyed;
    }

    private static Object sorted(Evaluator e, List<Keyed> keyed, Object reverse) {
        var sorted = new ArrayList<Object>();
        Compare.sorted(e.budget(), keyed, Values.isTrue(reverse)).forEach(k -> sorted.add(k.item()));
        return sorted;
    }

    private static Object sort(Evaluator e, Object[] a) {
        var getters = new ArrayList<UnaryOperator<Object>>();
        for (Object path : a[3] instanceof String paths ? paths.split(",", -1) : new Object[] {a[3]}) {
            getters.add(Filters.getter(e, path, None.NONE));
        }
        return sorted(
                e,
                keyed(e, a[0], item -> {
                    var keys = new ArrayList<Object>();
                    getters.forEach(getter -> keys.add(Filters.ignoreCase(getter.apply(item), a[2])));
                    return keys;
                }),
                a[1]);
    }

    private static Object sortDict(Evaluator e, Object[] a) {
        if (!(a[0] instanceof Dict dict)) {
            throw new TemplateException("'" + Values.typeName(a[0]) + "' object has no attribute 'items'");
        }
        String by = e.str(a[2]);
        if (!by.equals("key") && !by.equals("value")) {
            throw new TemplateException("You can only sort by either \"key\" or \"value\"");
        }
        int part = by.equals("key") ? 0 : 1;
        UnaryOperator<Object> key =
                item -> Filters.ignoreCase(((Value.Tuple) item).items().get(part), a[1]);
        return sorted(e, keyed(e, dict.items(), key), a[3]);
    }

    private static Object unique(Evaluator e, Object[] a) {
        UnaryOperator<Object> getter = Filters.getter(e, a[2], None.NONE);
        var seen = new HashSet<Object>();
        return e.lazy(() -> Lazy.filter(Values.iterate(e.budget(), a[0]), item -> {
            Object value = Filters.ignoreCase(getter.apply(item), a[1]);
            Object key = Dict.key(e.budget(), value);
            if (key == null) {
                throw Dict.unhashable(value);
            }
            e.budget().elements(1);
            return seen.add(key);
        }));
    }

    private static Object extreme(Evaluator e, String operator, Object[] a) {
        UnaryOperator<Object> getter = Filters.getter(e, a[2], None.NONE);
        List<Keyed> items = keyed(e, a[0], item -> Filters.ignoreCase(getter.apply(item), a[1]));
        if (items.isEmpty()) {
            return new Undefined("No aggregated item, sequence was empty.");
        }
        Keyed best = items.getFirst();
        for (Keyed item : items.subList(1, items.size())) {
            best = Compare.ordered(e.budget(), operator, item.key(), best.key()) ? item : best;
        }
        return best.item();
    }

    private static Object sum(Evaluator e, Object[] a) {
        UnaryOperator<Object> getter = Filters.getter(e, a[1], None.NONE);
        Object sum = a[2];
        if (sum instanceof String) {
            throw new TemplateException("sum() can't sum strings [use ''.join(seq) instead]");
        }
        for (Iterator<Object> items = Values.iterate(e.budget(), a[0]); items.hasNext(); ) {
            sum = Arithmetic.apply(e.budget(), "+", sum, getter.apply(items.next()));
        }
        return sum;
    }
}
