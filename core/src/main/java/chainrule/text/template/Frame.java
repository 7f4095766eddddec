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
    private final Context context;

    Frame(Names names, @Nullable Frame parent, Context context) {
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
                variables.put(name, origin == Names.Origin.CONTEXT ? context.get(name) : MISSING);
            }
        });
    }

    Context context() {
        return context;
    }

    boolean isRoot() {
        return parent == null;
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

    /** All assigned variables that are visible here, over the context's: what a scoped block sees. */
    Context derived() {
        Context all = parent == null ? new Context(context) : parent.derived();
        variables.forEach((name, value) -> {
            if (value != MISSING) {
                all.export(name, value);
            }
        });
        return all;
    }

    /** What the caller passed, under the template's exported variables. */
    static final class Context {
        private final Map<String, Object> values;

        Context(Map<String, Object> values) {
            this.values = new HashMap<>(values);
        }

        Context(Context other) {
            this(other.values);
        }

        Object get(String name) {
            return values.getOrDefault(name, MISSING);
        }

        /** Makes an assignment at the template's top level visible to its blocks. */
        void export(String name, Object value) {
            values.put(name, value);
        }
    }
}
