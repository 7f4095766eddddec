package chainrule.text.template;

import chainrule.text.template.Value.None;
import chainrule.text.template.Value.Undefined;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code object.name}, {@code object[key]} and {@code object[start:stop:step]} as Jinja's sandbox allows them: what
 * would change a list or dict is undefined, and so is every name that Python keeps for itself. Source:
 * jinja2/sandbox.py, version 3.1.
 */
final class Attributes {
    private static final Set<String> LIST_CHANGES =
            Set.of("append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove");
    private static final Set<String> DICT_CHANGES = Set.of("clear", "pop", "popitem", "setdefault", "update");

    private Attributes() {}

    /** The attribute; where there is none, the item. */
    static Object attribute(Budget budget, Object object, String name) {
        Values.mustExist(object);
        Object attribute = own(object, name);
        Object item = attribute == null && object instanceof Dict dict ? dict.get(budget, name) : attribute;
        return item == null ? missing(budget, object, name) : item;
    }

    /** The item; where there is none and the key is text, the attribute. */
    static Object item(Budget budget, Object object, Object key) {
        Values.mustExist(object);
        Object item = object instanceof Dict dict ? dict.get(budget, key) : element(budget, object, key);
        if (item != null) {
            return item;
        }
        return Markup.plain(key) instanceof String name
                ? attribute(budget, object, name)
                : missing(budget, object, key);
    }

    private static @Nullable Object element(Budget budget, Object object, Object key) {
        long size = Values.size(object);
        if (!Arithmetic.isInteger(key) || size < 0) {
            return null;
        }
        long index = Arithmetic.index(key);
        long at = index < 0 ? index + size : index;
        if (at < 0 || at >= size) {
            return null;
        }
        List<Object> items = Values.sequence(object);
        return switch (object) {
            case String text -> character(budget, text, (int) at);
            case Markup marked -> new Markup(character(budget, marked.text(), (int) at));
            case Value.Range range -> range.get(at);
            default -> items == null ? null : items.get((int) at);
        };
    }

    private static String character(Budget budget, String text, int at) {
        budget.scan(text.length() / 2);
        return Text.substring(text, at, at + 1);
    }

    /** What the object has under the name besides its items, null if nothing. */
    static @Nullable Object own(Object object, String name) {
        boolean changes = (object instanceof List && LIST_CHANGES.contains(name))
                || (object instanceof Dict && DICT_CHANGES.contains(name));
        if (changes) {
            return new Undefined("access to attribute " + Repr.quote(name) + " of '" + Values.typeName(object)
                    + "' object is unsafe.");
        }
        return switch (object) {
            case Value.Namespace namespace -> namespace.fields().get(name);
            case Loop loop -> loop.attribute(name);
            default -> {
                Builtin method = Methods.table(object).get(name);
                yield method == null ? null : method.bind(object);
            }
        };
    }

    private static Undefined missing(Budget budget, Object object, Object key) {
        String type = object == None.NONE ? "None" : Values.typeName(object) + " object";
        return new Undefined(
                key instanceof String name
                        ? Repr.quote(type) + " has no attribute " + Repr.quote(name)
                        : type + " has no element " + Repr.repr(budget, key));
    }

    /** A bound that is {@link None} is the end of the object on that side. */
    static Object slice(Budget budget, Object object, Object start, Object stop, Object step) {
        Values.mustExist(object);
        if (object instanceof Markup marked) {
            return Markup.mark(slice(budget, marked.text(), start, stop, step));
        }
        List<Object> items = Values.sequence(object);
        if (items == null && !(object instanceof String) && !(object instanceof Value.Range)) {
            throw new TemplateException(
                    object instanceof Dict
                            ? "unhashable type: 'slice'"
                            : "'" + Values.typeName(object) + "' object is not subscriptable");
        }
        Value.Range range = range(Values.length(object), start, stop, step);
        if (object instanceof String text) {
            budget.text(text.length());
            return slice(text, range);
        }
        budget.elements(range.size());
        if (object instanceof Value.Range numbers) {
            long width = numbers.step() * range.step();
            long first = numbers.start() + range.start() * numbers.step();
            return new Value.Range(first, first + range.size() * width, width);
        }
        var part = new ArrayList<Object>();
        for (long i = 0; i < range.size(); i++) {
            part.add(Objects.requireNonNull(items).get((int) (long) range.get(i)));
        }
        return object instanceof List ? part : new Value.Tuple(part);
    }

    private static String slice(String text, Value.Range range) {
        if (range.step() == 1) {
            return range.size() == 0 ? "" : Text.substring(text, (int) range.start(), (int) range.stop());
        }
        int[] points = text.codePoints().toArray();
        var part = new StringBuilder();
        for (long i = 0; i < range.size(); i++) {
            part.appendCodePoint(points[(int) (long) range.get(i)]);
        }
        return part.toString();
    }

    /** The indices that a slice of something of that length takes. */
    private static Value.Range range(long length, Object start, Object stop, Object step) {
        long by = step == None.NONE ? 1 : Arithmetic.index(step);
        if (by == 0) {
            throw new TemplateException("slice step cannot be zero");
        }
        // A step beyond the length takes one element at most; the bound keeps sums of it within a long.
        by = Math.clamp(by, -length - 1, length + 1);
        long low = by > 0 ? 0 : -1;
        long high = by > 0 ? length : length - 1;
        long from = start == None.NONE ? (by > 0 ? low : high) : bound(start, length, low, high);
        long to = stop == None.NONE ? (by > 0 ? high : low) : bound(stop, length, low, high);
        return new Value.Range(from, to, by);
    }

    private static long bound(Object bound, long length, long low, long high) {
        if (!Arithmetic.isInteger(bound)) {
            throw new TemplateException("slice indices must be integers or None or have an __index__ method");
        }
        long index = Arithmetic.index(bound);
        return Math.clamp(index < 0 ? index + length : index, low, high);
    }
}
