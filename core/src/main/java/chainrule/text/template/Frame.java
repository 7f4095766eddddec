package chainrule.text.template;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The variables of a scope while it runs, within those of the scope around it. */
final class Frame {
    /** The value of a variable that has none. */
    static final Object MISSING = new Object();

    private final Map<String, Object> variables = new HashMap<>();
    private final @Nullable Frame parent;
    /** What the caller passed. */
    private final Map<String, Object> context;

    /** The outermost scope's variables. */
    Frame(Names names, Map<String, Object> context) {
        this(names, null, context);
    }

    Frame(Names names, Frame parent) {
        this(names, parent, parent.context);
    }

    private Frame(Names names, @Nullable Frame parent, Map<String, Object> context) {
        this.parent = parent;
        this.context = context;
        names.origins().forEach((name, origin) -> {
            Object outer = parent == null ? null : parent.find(name);
            if (origin == Names.Origin.PARAMETER) {
                variables.put(name, MISSING);
            } else if (outer != null) {
                if (names.stores(name)) {
                    variables.put(name, outer);
                }
            } else {
                variables.put(name, origin == Names.Origin.CONTEXT ? context.getOrDefault(name, MISSING) : MISSING);
            }
        });
    }

    private @Nullable Object find(String name) {
        for (Frame f = this; f != null; f = f.parent) {
            Object value = f.variables.get(name);
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    /** The variable's value, {@link #MISSING} if it has none. */
    Object get(String name) {
        Object value = find(name);
        return value == null ? MISSING : value;
    }

    void set(String name, Object value) {
        variables.put(name, value);
    }
}
