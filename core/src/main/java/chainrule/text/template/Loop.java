package chainrule.text.template;

import chainrule.text.template.Value.Undefined;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * A loop while it runs, as its body sees it under the name {@code loop}. Source: {@code LoopContext} in
 * jinja2/runtime.py, version 3.1.
 */
final class Loop implements Value, Iterator<Object> {
    private final Budget budget;
    private Iterator<Object> rest;
    /** -1 until it is known. */
    private long length;

    private long index = -1;
    private @Nullable Object before;
    private @Nullable Object current;
    private @Nullable Object after;
    private @Nullable Object changed;

    /** A loop over {@code rest}; {@code length} is -1 where it is not known without reading all. */
    Loop(Budget budget, Iterator<Object> rest, long length) {
        this.budget = budget;
        this.rest = rest;
        this.length = length;
    }

    @Override
    public boolean hasNext() {
        return after != null || rest.hasNext();
    }

    @Override
    public Object next() {
        Object next = peek();
        if (next == null) {
            throw new NoSuchElementException();
        }
        after = null;
        index++;
        before = current;
        current = next;
        return next;
    }

    private @Nullable Object peek() {
        if (after == null && rest.hasNext()) {
            after = rest.next();
        }
        return after;
    }

    long length() {
        if (length < 0) {
            var all = new ArrayList<Object>();
            while (rest.hasNext()) {
                budget.elements(1);
                all.add(rest.next());
            }
            rest = all.iterator();
            length = all.size() + index + 1 + (after == null ? 0 : 1);
        }
        return length;
    }

    @Nullable
    Object attribute(String name) {
        return switch (name) {
            case "index" -> index + 1;
            case "index0" -> index;
            case "revindex" -> length() - index;
            case "revindex0" -> length() - index - 1;
            case "first" -> index == 0;
            case "last" -> peek() == null;
            case "length" -> length();
            case "depth" -> 1L;
            case "depth0" -> 0L;
            case "previtem" -> index == 0 || before == null ? new Undefined("there is no previous item") : before;
            case "nextitem" -> {
                Object next = peek();
                yield next == null ? new Undefined("there is no next item") : next;
            }
            case "cycle" -> Builtin.open("cycle", (_, args) -> cycle(args.positional()));
            case "changed" -> Builtin.open("changed", (_, args) -> changed(args.positional()));
            default -> null;
        };
    }

    private Object cycle(List<Object> items) {
        if (items.isEmpty()) {
            throw new TemplateException("no items for cycling given");
        }
        return items.get((int) (index % items.size()));
    }

    private boolean changed(List<Object> values) {
        var now = new Value.Tuple(values);
        if (changed != null && Compare.equal(budget, changed, now)) {
            return false;
        }
        changed = now;
        return true;
    }
}
