package chainrule.text.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The parameters of a function; one without default has null in its place. */
record Signature(String function, List<String> names, List<@Nullable Object> defaults) {
    /**
     * Reads Python's notation, say {@code "width=4, first=False"}; a default is an integer, {@code True}, {@code False},
     * {@code None} or a string in single quotes without a comma in it.
     */
    static Signature of(String function, String parameters) {
        var names = new ArrayList<String>();
        var defaults = new ArrayList<@Nullable Object>();
        for (String parameter : parameters.isEmpty() ? new String[0] : parameters.split(", (?=[a-z])")) {
            int equals = parameter.indexOf('=');
            names.add(equals < 0 ? parameter : parameter.substring(0, equals));
            defaults.add(equals < 0 ? null : constant(parameter.substring(equals + 1)));
        }
        return new Signature(function, names, defaults);
    }

    private static Object constant(String text) {
        return switch (text) {
            case "None" -> Value.None.NONE;
            case "True" -> true;
            case "False" -> false;
            default ->
                text.startsWith("'") ? (Object) text.substring(1, text.length() - 1) : (Object) Long.parseLong(text);
        };
    }

    /** One value for each parameter. */
    Object[] bind(Args args) {
        if (args.positional().size() > names.size()) {
            throw new TemplateException(function + "() takes at most " + names.size() + " arguments ("
                    + args.positional().size() + " given)");
        }
        var values = new Object[names.size()];
        for (int i = 0; i < values.length; i++) {
            Object named = args.named().get(names.get(i));
            boolean positional = i < args.positional().size();
            if (positional && named != null) {
                throw new TemplateException(function + "() got multiple values for argument '" + names.get(i) + "'");
            }
            Object value = positional ? args.positional().get(i) : named != null ? named : defaults.get(i);
            if (value == null) {
                throw new TemplateException(function + "() missing required argument: '" + names.get(i) + "'");
            }
            values[i] = value;
        }
        checkNames(args.named());
        return values;
    }

    private void checkNames(Map<String, Object> named) {
        for (String name : named.keySet()) {
            if (!names.contains(name)) {
                throw new TemplateException(function + "() got an unexpected keyword argument '" + name + "'");
            }
        }
    }
}
