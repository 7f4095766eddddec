package chainrule.text.template;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A value that Java has no type for. The others are {@code Boolean}, {@code Long} and {@code BigInteger} (an integer
 * is a {@code BigInteger} only where it does not fit a {@code Long}), {@code Double}, {@code String} and
 * {@code List<Object>}. All are immutable but {@link Namespace} and {@link Generator}.
 */
sealed interface Value
        permits Loop,
                Markup,
                Value.Callable,
                Value.Generator,
                Value.Namespace,
                Value.None,
                Value.Range,
                Value.Tuple,
                Value.Undefined,
                Value.View {
    enum None implements Value {
        NONE
    }

    /** What does not exist: prints as nothing, is false and empty; any other use is an error with this message. */
    record Undefined(String message) implements Value {
        TemplateException error() {
            return new TemplateException(message);
        }
    }

    record Tuple(List<Object> items) implements Value {
        static Tuple of(Object... items) {
            return new Tuple(List.of(items));
        }
    }

    record Range(long start, long stop, long step) implements Value {
        long size() {
            long span = step > 0 ? stop - start : start - stop;
            return span <= 0 ? 0 : (span - 1) / Math.abs(step) + 1;
        }

        Object get(long index) {
            return start + index * step;
        }
    }

    /** What {@code keys()}, {@code values()} or {@code items()} of a dict returns. */
    record View(Part part, Dict dict) implements Value {
        enum Part {
            KEYS,
            VALUES,
            ITEMS
        }

        List<Object> list() {
            return switch (part) {
                case KEYS -> dict.keys();
                case VALUES -> dict.values();
                case ITEMS -> dict.items();
            };
        }
    }

    /** The one object a template can change: {@code {% set ns.x = 1 %}}. */
    final class Namespace implements Value {
        private final Map<String, Object> fields = new LinkedHashMap<>();

        Map<String, Object> fields() {
            return fields;
        }

        void set(String name, Object value) {
            if (name.startsWith("_")) {
                throw new TemplateException("Chat templates cannot store underscore-prefixed attributes on a namespace,"
                        + " but got " + Repr.quote(name) + ". Please rename the attribute.");
            }
            fields.put(name, value);
        }
    }

    /** What can be iterated over once. Chains of them nest, so each step counts as one level of depth. */
    final class Generator implements Value, Iterator<Object> {
        private final Budget budget;
        private final Iterator<Object> source;

        Generator(Budget budget, Iterator<Object> source) {
            this.budget = budget;
            this.source = source;
        }

        @Override
        public boolean hasNext() {
            budget.enter();
            boolean has = source.hasNext();
            budget.leave();
            return has;
        }

        @Override
        public Object next() {
            budget.enter();
            Object next = source.next();
            budget.leave();
            return next;
        }
    }

    /** What can be called; {@code describe} says how it prints. */
    non-sealed interface Callable extends Value {
        Object call(Evaluator evaluator, Args args);

        String describe();
    }
}
