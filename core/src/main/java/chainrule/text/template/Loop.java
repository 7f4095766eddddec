package chainrule.text.template;

import chainrule.text.template.Value.Undefined;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A loop while it runs, as its body sees it under the name {@code loop}. Source: {@code LoopContext} in
 * jinja2/runtime.py, version 3.1.
 */
final class Loop implements Value.Callable, Iterator<Object> {
    private static final Signature CALL = Signature.of("loop", "iterable");

    private final Budget budget;
    private final int depth;
    /** Renders the body for other items, one level deeper; null if the loop is not recursive. */
    private final @Nullable BiFunction<Object, Integer, Object> recursion;

    private Iterator<Object> rest;
    /** -1 until it is known. */
    private long length;

    private long index = -1;
    private @Nullable Object before;
    private @Nullable Object current;
    private @Nullable Object after;
    private @Nullable Object changed;

    /** A loop over {@code rest}; {@code length} is -1 where it is not known without reading all. */
    Loop(
            Budget budget,
            Iterator<Object> rest,
            long length,
            int depth,
            @Nullable BiFunction<Object, Integer, Object> recursion) {
        this.budget = budget;
        this.rest = rest;
        this.length = length;
        this.depth = depth;
        this.recursion = recursion;
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
            case "depth" -> depth + 1L;
            case "depth0" -> (long) depth;
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

    @Override
    public Object call(Evaluator evaluator, Args args) {
        if (recursion == null) {
            throw new TemplateException("The loop must have the 'recursive' marker to be called recursively.");
        }
        return recursion.apply(CALL.bind(args)[0], depth + 1);
    }

    @Override
    public String typeName() {
        return "LoopContext";
    }

    @Override
    public String describe() {
        return "<LoopContext " + (index + 1) + "/" + length() + ">";
    }
}
