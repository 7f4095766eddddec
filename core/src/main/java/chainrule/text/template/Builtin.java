package chainrule.text.template;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** A function that every template has: a filter, a test, a method (whose first parameter is its object), a global. */
final class Builtin implements Value.Callable {
    /** What a function with a fixed list of parameters does: one value for each. */
    interface Body {
        Object apply(Evaluator evaluator, Object[] values);
    }

    /** What a function with any arguments does. */
    interface OpenBody {
        Object apply(Evaluator evaluator, Args args);
    }

    private final String name;
    private final OpenBody body;

    private Builtin(String name, OpenBody body) {
        this.name = name;
        this.body = body;
    }

    /** A function with the parameters of {@link Signature#of}, to which {@link Markup} is text like any other. */
    static Builtin of(String name, String parameters, Body body) {
        return seeing(name, parameters, (evaluator, values) -> {
            Arrays.setAll(values, i -> Markup.plain(values[i]));
            return body.apply(evaluator, values);
        });
    }

    /** The same for one that makes {@link Markup} of {@link Markup}. */
    static Builtin keeping(String name, String parameters, Body body) {
        Builtin plain = of(name, parameters, body);
        return open(name, (evaluator, args) -> {
            boolean marked = !args.positional().isEmpty() && args.positional().getFirst() instanceof Markup;
            Object made = plain.body.apply(evaluator, args);
            return marked ? Markup.mark(made) : made;
        });
    }

    /** The same for one that is given {@link Markup} as it is. */
    static Builtin seeing(String name, String parameters, Body body) {
        Signature signature = Signature.of(name, parameters);
        return open(name, (evaluator, args) -> body.apply(evaluator, signature.bind(args)));
    }

    /** A function of any arguments, given as they are. */
    static Builtin open(String name, OpenBody body) {
        return new Builtin(name, body);
    }

    /** The same function under another name. */
    Builtin as(String alias) {
        return new Builtin(alias, body);
    }

    String name() {
        return name;
    }

    @SafeVarargs
    static Map<String, Builtin> table(Map<String, Builtin>... parts) {
        var all = new HashMap<String, Builtin>();
        for (Map<String, Builtin> part : parts) {
            all.putAll(part);
        }
        return Map.copyOf(all);
    }

    static Map<String, Builtin> table(Builtin... functions) {
        var all = new HashMap<String, Builtin>();
        for (Builtin function : functions) {
            all.put(function.name, function);
        }
        return Map.copyOf(all);
    }

    @Override
    public Object call(Evaluator evaluator, Args args) {
        if (!args.positional().isEmpty() && Markup.plain(args.positional().getFirst()) instanceof String text) {
            evaluator.budget().scan(text.length());
        }
        return body.apply(evaluator, args);
    }

    @Override
    public String describe() {
        return "<function " + name + ">";
    }

    /** This function as a method of {@code object}. */
    Builtin bind(Object object) {
        return new Builtin(name, (evaluator, args) -> call(evaluator, args.after(object)));
    }
}
