package chainrule.text.template;

import chainrule.text.template.Value.Undefined;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A macro, or the body of a call block as {@code caller}: its text with other values for its parameters. Source:
 * {@code Macro} in jinja2/runtime.py, version 3.1.
 */
final class Macro implements Value.Callable {
    private final Stmt.Callee callee;
    private final Frame around;
    private final Executor executor;

    Macro(Stmt.Callee callee, Frame around, Executor executor) {
        this.callee = callee;
        this.around = around;
        this.executor = executor;
    }

    @Override
    public Object call(Evaluator evaluator, Args args) {
        return executor.call(callee, around, bind(args));
    }

    /** The values passed for parameters, by name; a parameter that got none is absent. */
    private Map<String, Object> bind(Args args) {
        List<String> parameters = callee.parameters();
        var values = new HashMap<String, Object>();
        var named = new LinkedHashMap<>(args.named());
        for (int i = 0; i < parameters.size(); i++) {
            String name = parameters.get(i);
            Object value = i < args.positional().size() ? args.positional().get(i) : named.remove(name);
            if (value != null) {
                values.put(name, value);
            }
        }
        if (callee.takes("caller")) {
            Object caller = named.remove("caller");
            values.put(
                    "caller",
                    caller == null || caller == Value.None.NONE ? new Undefined("No caller defined") : caller);
        }
        if (callee.takes("kwargs")) {
            var kwargs = new Dict();
            named.forEach((name, value) -> kwargs.put(executor.budget(), name, value));
            values.put("kwargs", kwargs);
        } else if (!named.isEmpty()) {
            throw new TemplateException("macro " + Repr.quote(callee.name()) + " takes no keyword argument "
                    + Repr.quote(named.firstEntry().getKey()));
        }
        int extra = args.positional().size() - parameters.size();
        if (callee.takes("varargs")) {
            values.put(
                    "varargs",
                    new Value.Tuple(extra > 0 ? args.from(parameters.size()).positional() : List.of()));
        } else if (extra > 0) {
            throw new TemplateException("macro " + Repr.quote(callee.name()) + " takes not more than "
                    + parameters.size() + " argument(s)");
        }
        return values;
    }

    @Override
    public String describe() {
        return "<Macro " + Repr.quote(callee.name()) + ">";
    }
}
