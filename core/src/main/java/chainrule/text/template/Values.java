package chainrule.text.template;

import chainrule.BadInput;
import chainrule.text.template.Value.None;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.PrimitiveIterator;
import org.jspecify.annotations.Nullable;

/** What Python can ask of any value: its type, whether it is true, how long it is, what it holds. */
final class Values {
    /** Deeper data would not get through Python's JSON either. */
    private static final int MAX_DEPTH = 400;

    private Values() {}

    /** Plain Java data as a template's value: the same as its JSON would be. */
    static Object of(@Nullable Object data) {
        return of(new Budget(Integer.MAX_VALUE), data, 0);
    }

    private static Object of(Budget budget, @Nullable Object data, int depth) {
        if (depth > MAX_DEPTH) {
            throw new BadInput("The data for the chat template nest more than " + MAX_DEPTH + " levels deep.");
        }
        return switch (data) {
            case null -> None.NONE;
            case Boolean b -> b;
            case Long l -> l;
            case Integer i -> (long) i;
            case Short s -> (long) s;
            case Byte b -> (long) b;
            case BigInteger i -> Arithmetic.normal(i);
            case Double d -> d;
            case Float f -> (double) f;
            case BigDecimal d -> d.doubleValue();
            case CharSequence text -> text.toString();
            case Map<?, ?> map -> {
                var dict = new Dict();
                map.forEach((key, value) -> dict.put(budget, of(budget, key, depth + 1), of(budget, value, depth + 1)));
                yield dict;
            }
            case Collection<?> items -> {
                var list = new ArrayList<Object>();
                items.forEach(item -> list.add(of(budget, item, depth + 1)));
                yield Collections.unmodifiableList(list);
            }
            default ->
                throw new BadInput("The data for the chat template hold a "
                        + data.getClass().getName()
                        + "; give it as text, a number, true or false, null, a list or a map.");
        };
    }

    /** How many characters the data have, and how many parts. */
    static long weight(Object value) {
        return switch (value) {
            case String s -> s.length() + 1L;
            case List<?> items -> items.stream().mapToLong(Values::weight).sum() + 1;
            case Dict dict -> weight(dict.keys()) + weight(dict.values());
            default -> 1;
        };
    }

    static String typeName(Object value) {
        return switch (value) {
            case String _ -> "str";
            case Markup _ -> "Markup";
            case Boolean _ -> "bool";
            case Long _ -> "int";
            case BigInteger _ -> "int";
            case Double _ -> "float";
            case List<?> _ -> "list";
            case Dict _ -> "dict";
            case None _ -> "NoneType";
            case Value.Undefined _ -> "Undefined";
            case Value.Tuple _ -> "tuple";
            case Value.Range _ -> "range";
            case Value.View view -> "dict_" + Text.lower(view.part().name());
            case Value.Namespace _ -> "Namespace";
            case Value.Generator _ -> "generator";
            case Loop _ -> "LoopContext";
            case Macro _ -> "Macro";
            case Value.Callable _ -> "function";
            default -> throw new IllegalStateException("no value of a template: " + value.getClass());
        };
    }

    /** Refuses what does not exist with its own message. */
    static void mustExist(Object... values) {
        for (Object value : values) {
            if (value instanceof Value.Undefined undefined) {
                throw undefined.error();
            }
        }
    }

    static boolean isTrue(Object value) {
        return switch (value) {
            case Boolean b -> b;
            case Long l -> l != 0;
            case Double d -> d != 0;
            case None _ -> false;
            case Value.Undefined _ -> false;
            case Loop _ -> true;
            default -> {
                long size = size(value);
                yield size != 0;
            }
        };
    }

    /** Python's {@code len}, -1 for what has none. */
    static long size(Object value) {
        return switch (value) {
            case String s -> Text.length(s);
            case Markup marked -> Text.length(marked.text());
            case List<?> list -> list.size();
            case Value.Tuple t -> t.items().size();
            case Dict dict -> dict.size();
            case Value.View view -> view.dict().size();
            case Value.Range range -> range.size();
            case Value.Undefined _ -> 0;
            case Loop loop -> loop.length();
            default -> -1;
        };
    }

    static long length(Object value) {
        long size = size(value);
        if (size < 0) {
            throw new TemplateException("object of type '" + typeName(value) + "' has no len()");
        }
        return size;
    }

    /** The items of a list or tuple, null for anything else. */
    @SuppressWarnings("unchecked")
    static @Nullable List<Object> sequence(Object value) {
        return switch (value) {
            case List<?> list -> (List<Object>) list;
            case Value.Tuple t -> t.items();
            default -> null;
        };
    }

    static boolean isIterable(Object value) {
        return iterator(value) != null;
    }

    /** The items one by one, each a step of the budget. */
    static Iterator<Object> iterate(Budget budget, Object value) {
        Iterator<Object> items = iterator(value);
        if (items == null) {
            throw new TemplateException("'" + typeName(value) + "' object is not iterable");
        }
        budget.elements(value instanceof Dict || value instanceof Value.View ? size(value) : 0);
        return Lazy.map(items, item -> {
            budget.charge(1);
            return item;
        });
    }

    private static @Nullable Iterator<Object> iterator(Object value) {
        List<Object> sequence = sequence(value);
        if (sequence != null) {
            return sequence.iterator();
        }
        return switch (value) {
            case String s -> characters(s);
            case Markup marked -> characters(marked.text());
            case Dict dict -> dict.keys().iterator();
            case Value.View view -> view.list().iterator();
            case Value.Range range -> numbers(range);
            case Value.Generator generator -> generator;
            case Value.Undefined _ -> Collections.emptyIterator();
            default -> null;
        };
    }

    private static Iterator<Object> characters(String s) {
        PrimitiveIterator.OfInt points = s.codePoints().iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return points.hasNext();
            }

            @Override
            public Object next() {
                return Character.toString(points.nextInt());
            }
        };
    }

    private static Iterator<Object> numbers(Value.Range range) {
        return new Iterator<>() {
            private long next;

            @Override
            public boolean hasNext() {
                return next < range.size();
            }

            @Override
            public Object next() {
                return range.get(next++);
            }
        };
    }

    /** All that {@code value} holds. */
    static List<Object> list(Budget budget, Object value) {
        List<Object> sequence = sequence(value);
        if (sequence != null) {
            budget.elements(sequence.size());
            return sequence;
        }
        var list = new ArrayList<Object>();
        for (Iterator<Object> items = iterate(budget, value); items.hasNext(); ) {
            budget.elements(1);
            list.add(items.next());
        }
        return list;
    }

    /** The items in reverse order; not everything that has an order can give them. */
    static List<Object> reversed(Budget budget, Object value) {
        if (value instanceof Value.Generator || !isIterable(value)) {
            throw new TemplateException("'" + typeName(value) + "' object is not reversible");
        }
        return list(budget, value).reversed();
    }
}
