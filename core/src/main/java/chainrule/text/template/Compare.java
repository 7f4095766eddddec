package chainrule.text.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Python's {@code ==}, {@code <} and {@code in}, and its stable sort. */
final class Compare {
    private Compare() {}

    static boolean equal(Budget budget, Object left, Object right) {
        Object a = Markup.plain(left);
        Object b = Markup.plain(right);
        if (Arithmetic.isNumber(a) && Arithmetic.isNumber(b)) {
            return Integer.valueOf(0).equals(numbers(a, b));
        }
        if (a == b) {
            return true;
        }
        if (a instanceof String text) {
            budget.scan(text.length());
            return text.equals(b);
        }
        List<Object> items = Values.sequence(a);
        List<Object> others = Values.sequence(b);
        if (items != null && others != null) {
            return a instanceof List == b instanceof List && equalItems(budget, items, others);
        }
        return switch (a) {
            case Dict x when b instanceof Dict y -> equalDicts(budget, x, y);
            case Value.Range x
            when b instanceof Value.Range y ->
                x.size() == y.size()
                        && (x.size() == 0 || (x.start() == y.start() && (x.size() == 1 || x.step() == y.step())));
            case Value.Undefined _ -> b instanceof Value.Undefined;
            default -> false;
        };
    }

    private static boolean equalItems(Budget budget, List<Object> a, List<Object> b) {
        return a.size() == b.size() && firstDifference(budget, a, b) == a.size();
    }

    private static int firstDifference(Budget budget, List<Object> a, List<Object> b) {
        int n = Math.min(a.size(), b.size());
        for (int i = 0; i < n; i++) {
            if (!same(budget, a.get(i), b.get(i))) {
                return i;
            }
        }
        return n;
    }

    /** Identical or equal: how containers compare their items. */
    private static boolean same(Budget budget, Object a, Object b) {
        budget.enter();
        boolean same = a == b || equal(budget, a, b);
        budget.leave();
        return same;
    }

    private static boolean equalDicts(Budget budget, Dict a, Dict b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (Object key : a.keys()) {
            Object mine = a.get(budget, key);
            Object other = b.get(budget, key);
            if (mine == null || other == null || !same(budget, mine, other)) {
                return false;
            }
        }
        return true;
    }

    /** How two numbers compare, null where one is not a number. */
    private static @Nullable Integer numbers(Object a, Object b) {
        if (a instanceof Long x && b instanceof Long y) {
            return Long.compare(x, y);
        }
        double x = a instanceof Double d ? d : 0;
        double y = b instanceof Double d ? d : 0;
        if (Double.isNaN(x) || Double.isNaN(y)) {
            return null;
        }
        if (Double.isInfinite(x) || Double.isInfinite(y)) {
            return Double.compare(x, y);
        }
        return exact(a).compareTo(exact(b));
    }

    private static BigDecimal exact(Object number) {
        return number instanceof Double d ? new BigDecimal(d) : new BigDecimal(Arithmetic.integer(number));
    }

    /** {@code operator} is one of {@code < <= > >=}. */
    static boolean ordered(Budget budget, String operator, Object left, Object right) {
        Object a = Markup.plain(left);
        Object b = Markup.plain(right);
        Values.mustExist(a, b);
        if (Arithmetic.isNumber(a) && Arithmetic.isNumber(b)) {
            Integer sign = numbers(a, b);
            return sign != null && holds(operator, sign);
        }
        if (a instanceof String text && b instanceof String other) {
            budget.scan(Math.min(text.length(), other.length()));
            return holds(operator, Text.compare(text, other));
        }
        List<Object> items = Values.sequence(a);
        List<Object> others = Values.sequence(b);
        if (items == null || others == null || a instanceof List != b instanceof List) {
            throw new TemplateException("'" + operator + "' not supported between instances of '" + Values.typeName(a)
                    + "' and '" + Values.typeName(b) + "'");
        }
        int at = firstDifference(budget, items, others);
        if (at == items.size() || at == others.size()) {
            return holds(operator, Integer.compare(items.size(), others.size()));
        }
        budget.enter();
        boolean ordered = ordered(budget, operator, items.get(at), others.get(at));
        budget.leave();
        return ordered;
    }

    private static boolean holds(String operator, int sign) {
        return switch (operator) {
            case "<" -> sign < 0;
            case "<=" -> sign <= 0;
            case ">" -> sign > 0;
            default -> sign >= 0;
        };
    }

    static boolean contains(Budget budget, Object container, Object item) {
        if (Markup.plain(container) instanceof String text) {
            if (!(Markup.plain(item) instanceof String part)) {
                throw new TemplateException(
                        "'in <string>' requires string as left operand, not " + Values.typeName(item));
            }
            return Text.find(budget, text, part, 0) >= 0;
        }
        if (container instanceof Dict dict) {
            return containsKey(budget, dict, item);
        }
        if (container instanceof Value.View view && view.part() == Value.View.Part.KEYS) {
            return containsKey(budget, view.dict(), item);
        }
        if (!Values.isIterable(container)) {
            throw new TemplateException("argument of type '" + Values.typeName(container) + "' is not iterable");
        }
        for (Iterator<Object> items = Values.iterate(budget, container); items.hasNext(); ) {
            if (same(budget, items.next(), item)) {
                return true;
            }
        }
        return false;
    }

    private static boolean containsKey(Budget budget, Dict dict, Object key) {
        if (Dict.key(budget, key) == null) {
            throw Dict.unhashable(key);
        }
        return dict.get(budget, key) != null;
    }

    /** An item and what it is sorted by. */
    record Keyed(Object item, Object key) {}

    /** Sorted by their keys; a merge sort that asks nothing but {@code <}. */
    static List<Keyed> sorted(Budget budget, List<Keyed> items, boolean reverse) {
        if (items.size() < 2) {
            return items;
        }
        budget.elements(items.size());
        int half = items.size() / 2;
        List<Keyed> left = sorted(budget, items.subList(0, half), reverse);
        List<Keyed> right = sorted(budget, items.subList(half, items.size()), reverse);
        var merged = new ArrayList<Keyed>(items.size());
        int i = 0;
        for (Keyed next : right) {
            while (i < left.size() && !before(budget, next, left.get(i), reverse)) {
                merged.add(left.get(i++));
            }
            merged.add(next);
        }
        merged.addAll(left.subList(i, left.size()));
        return merged;
    }

    private static boolean before(Budget budget, Keyed a, Keyed b, boolean reverse) {
        budget.charge(1);
        return reverse ? ordered(budget, "<", b.key, a.key) : ordered(budget, "<", a.key, b.key);
    }

    static boolean identical(Object a, Object b) {
        boolean plain = a instanceof String || a instanceof Long || a instanceof Double || a instanceof BigInteger;
        return a == b || (a instanceof Boolean && a.equals(b)) || (plain && a.equals(b));
    }
}
