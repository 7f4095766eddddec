package chainrule.text.template;

import static chainrule.text.template.Builtin.open;

import chainrule.text.template.Value.None;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Filters that apply another filter or a test to every item. Source: jinja2/filters.py, version 3.1. */
final class SelectFilters {
    static final Map<String, Builtin> ALL = Builtin.table(
            open("map", SelectFilters::map),
            open("select", (e, args) -> select(e, args, true, false)),
            open("reject", (e, args) -> select(e, args, false, false)),
            open("selectattr", (e, args) -> select(e, args, true, true)),
            open("rejectattr", (e, args) -> select(e, args, false, true)));

    private SelectFilters() {}

    private static Object input(Args args) {
        if (args.positional().isEmpty()) {
            throw new TemplateException("missing 1 required positional argument: 'value'");
        }
        return args.positional().getFirst();
    }

    private static Object map(Evaluator e, Args args) {
        Object value = input(args);
        return e.lazy(() -> Values.isTrue(value)
                ? Lazy.map(Values.iterate(e.budget(), value), mapping(e, args.from(1)))
                : Collections.emptyIterator());
    }

    private static UnaryOperator<Object> mapping(Evaluator e, Args args) {
        List<Object> positional = args.positional();
        if (!positional.isEmpty()) {
            return item -> e.filter(positional.getFirst(), args.from(1).after(item));
        }
        var named = new LinkedHashMap<>(args.named());
        Object attribute = named.remove("attribute");
        Object fallback = named.remove("default");
        if (attribute == null) {
            throw new TemplateException("map requires a filter argument");
        }
        if (!named.isEmpty()) {
            throw new TemplateException("Unexpected keyword argument "
                    + Repr.quote(named.firstEntry().getKey()));
        }
        return Filters.getter(e, attribute, fallback == null ? None.NONE : fallback);
    }

    private static Object select(Evaluator e, Args args, boolean wanted, boolean attribute) {
        Object value = input(args);
        return e.lazy(() -> {
            if (!Values.isTrue(value)) {
                return Collections.emptyIterator();
            }
            if (attribute && args.positional().size() < 2) {
                throw new TemplateException("Missing parameter for attribute name");
            }
            UnaryOperator<Object> getter =
                    attribute ? Filters.getter(e, args.positional().get(1), None.NONE) : item -> item;
            Predicate<Object> test = test(e, args.from(attribute ? 2 : 1));
            return Lazy.filter(Values.iterate(e.budget(), value), item -> test.test(getter.apply(item)) == wanted);
        });
    }

    private static Predicate<Object> test(Evaluator e, Args args) {
        List<Object> positional = args.positional();
        return positional.isEmpty()
                ? Values::isTrue
                : item ->
                        Values.isTrue(e.test(positional.getFirst(), args.from(1).after(item)));
    }
}
