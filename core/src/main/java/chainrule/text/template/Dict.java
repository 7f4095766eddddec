package chainrule.text.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A Python dict: in order of insertion; {@code 1}, {@code 1.0} and {@code true} are one key. */
final class Dict {
    private record Entry(Object key, Object value) {}

    private final Map<Object, Entry> entries = new LinkedHashMap<>();

    /** Sets a value while the dict is being made; a key that is there already keeps its place and form. */
    Dict put(Budget budget, Object key, Object value) {
        Object canonical = key(budget, key);
        if (canonical == null) {
            throw unhashable(key);
        }
        Entry old = entries.get(canonical);
        entries.put(canonical, new Entry(old == null ? key : old.key, value));
        return this;
    }

    void putAll(Budget budget, Dict other) {
        other.entries.values().forEach(e -> put(budget, e.key, e.value));
    }

    /** The value under a string, without bounds: for dicts whose keys are few. */
    @Nullable
    Object get(String key) {
        Entry entry = entries.get(key);
        return entry == null ? null : entry.value;
    }

    /** The value, null if there is none or if the key is of a kind that no dict can have. */
    @Nullable
    Object get(Budget budget, Object key) {
        Object canonical = key(budget, key);
        Entry entry = canonical == null ? null : entries.get(canonical);
        return entry == null ? null : entry.value;
    }

    /** The values by name where all keys are text. */
    Map<String, Object> strings() {
        var strings = new LinkedHashMap<String, Object>();
        for (Entry entry : entries.values()) {
            if (!(Markup.plain(entry.key) instanceof String name)) {
                throw new TemplateException("keywords must be strings");
            }
            strings.put(name, entry.value);
        }
        return strings;
    }

    int size() {
        return entries.size();
    }

    List<Object> keys() {
        return new ArrayList<>(entries.values().stream().map(Entry::key).toList());
    }

    List<Object> values() {
        return new ArrayList<>(entries.values().stream().map(Entry::value).toList());
    }

    List<Object> items() {
        var items = new ArrayList<Object>();
        entries.values().forEach(e -> items.add(Value.Tuple.of(e.key, e.value)));
        return items;
    }

    static TemplateException unhashable(Object key) {
        return new TemplateException("unhashable type: '" + Values.typeName(key) + "'");
    }

    /** One form for all keys that are equal in Python; null for what has no hash. */
    static @Nullable Object key(Budget budget, Object key) {
        return switch (key) {
            case String s -> {
                budget.scan(s.length());
                yield s;
            }
            case Markup marked -> key(budget, marked.text());
            case Boolean b -> b ? 1L : 0L;
            case Double d
            when d == Math.rint(d) && !Double.isInfinite(d) -> Arithmetic.normal(new BigDecimal(d).toBigInteger());
            case Long l -> l;
            case BigInteger i -> i;
            case Value.Tuple t -> tupleKey(budget, t.items());
            case List<?> _ -> null;
            case Dict _ -> null;
            case Value.Undefined _ -> Value.Undefined.class;
            default -> key;
        };
    }

    private static @Nullable List<Object> tupleKey(Budget budget, List<Object> items) {
        var keys = new ArrayList<Object>();
        budget.enter();
        for (Object item : items) {
            budget.elements(1);
            Object canonical = key(budget, item);
            if (canonical == null) {
                budget.leave();
                return null;
            }
            keys.add(canonical);
        }
        budget.leave();
        return keys;
    }
}
