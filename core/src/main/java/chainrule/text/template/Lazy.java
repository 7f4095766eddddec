package chainrule.text.template;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Items that are made when they are asked for: also their source is then first asked for. */
final class Lazy implements Iterator<Object> {
    private final Supplier<Iterator<Object>> start;
    private @Nullable Iterator<Object> items;

    Lazy(Supplier<Iterator<Object>> start) {
        this.start = start;
    }

    private Iterator<Object> items() {
        if (items == null) {
            items = start.get();
        }
        return items;
    }

    @Override
    public boolean hasNext() {
        return items().hasNext();
    }

    @Override
    public Object next() {
        return items().next();
    }

    static Iterator<Object> map(Iterator<Object> source, UnaryOperator<Object> function) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return source.hasNext();
            }

            @Override
            public Object next() {
                return function.apply(source.next());
            }
        };
    }

    static Iterator<Object> filter(Iterator<Object> source, Predicate<Object> condition) {
        return new Iterator<>() {
            private @Nullable Object found;

            @Override
            public boolean hasNext() {
                while (found == null && source.hasNext()) {
                    Object candidate = source.next();
                    found = condition.test(candidate) ? candidate : null;
                }
                return found != null;
            }

            @Override
            public Object next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                Object next = Objects.requireNonNull(found);
                found = null;
                return next;
            }
        };
    }
}
