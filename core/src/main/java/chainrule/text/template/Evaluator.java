package chainrule.text.template;

import chainrule.text.template.Value.None;
import chainrule.text.template.Value.Undefined;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Computes expressions, each in the frame it stands in. */
final class Evaluator {
    private final Budget budget;
    private final Clock clock;
    /** Where an error that happens now is. */
    private int line = 1;

    Evaluator(Budget budget, Clock clock) {
        this.budget = budget;
        this.clock = clock;
    }

    Budget budget() {
        return budget;
    }

    Clock clock() {
        return clock;
    }

    int line() {
        return line;
    }

    /** What is computed from here on stands at that line. */
    void at(int newLine) {
        line = newLine;
    }

    String str(Object value) {
        return Repr.str(budget, value);
    }

    Object evaluate(Expr expr, Frame frame) {
        budget.enter();
        Object value = switch (expr) {
            case Expr.Constant constant -> constant.value();
            case Expr.Name name -> variable(name, frame);
            case Expr.ListOf list -> all(list.items(), frame);
            case Expr.TupleOf tuple -> new Value.Tuple(all(tuple.items(), frame));
            case Expr.DictOf dict -> dict(dict, frame);
            case Expr.Unary unary -> unary(unary, frame);
            case Expr.Binary binary -> binary(binary, frame);
            case Expr.Logical logical -> logical(logical, frame);
            case Expr.Concat concat -> concat(concat, frame);
            case Expr.Comparison comparison -> comparison(comparison, frame);
            case Expr.Conditional conditional -> conditional(conditional, frame);
            case Expr.Attribute attribute -> attribute(attribute, frame);
            case Expr.Item item -> item(item, frame);
            case Expr.Slice slice -> slice(slice, frame);
            case Expr.Call call -> call(call, frame, null);
            case Expr.Filter filter -> filter(filter, frame, null);
            case Expr.Test test -> test(test, frame);
        };
        budget.leave();
        return value;
    }

    boolean isTrue(Expr expr, Frame frame) {
        return Values.isTrue(evaluate(expr, frame));
    }

    private static Object variable(Expr.Name name, Frame frame) {
        Object value = frame.get(name.name());
        return value == Frame.MISSING ? new Undefined(Repr.quote(name.name()) + " is undefined") : value;
    }

    private List<Object> all(List<Expr> items, Frame frame) {
        budget.elements(items.size());
        var values = new ArrayList<Object>(items.size());
        for (Expr item : items) {
            values.add(evaluate(item, frame));
        }
        return values;
    }

    private Object dict(Expr.DictOf expr, Frame frame) {
        var dict = new Dict();
        budget.elements(expr.keys().size());
        for (int i = 0; i < expr.keys().size(); i++) {
            Object key = evaluate(expr.keys().get(i), frame);
            dict.put(budget, key, evaluate(expr.values().get(i), frame));
        }
        return dict;
    }

    private Object unary(Expr.Unary unary, Frame frame) {
        Object operand = evaluate(unary.operand(), frame);
        line = unary.line();
        String operator = unary.operator();
        return operator.equals("not") ? (Object) !Values.isTrue(operand) : Arithmetic.sign(operator, operand);
    }

    private Object binary(Expr.Binary binary, Frame frame) {
        Object left = evaluate(binary.left(), frame);
        Object right = evaluate(binary.right(), frame);
        line = binary.line();
        return Arithmetic.apply(budget, binary.operator(), left, right);
    }

    private Object logical(Expr.Logical logical, Frame frame) {
        Object left = evaluate(logical.left(), frame);
        return Values.isTrue(left) == logical.and() ? evaluate(logical.right(), frame) : left;
    }

    private Object concat(Expr.Concat concat, Frame frame) {
        return join("", all(concat.parts(), frame));
    }

    /** The texts of all items with a separator between. */
    String join(Object separator, List<Object> items) {
        var text = new StringBuilder();
        String between = "";
        for (Object item : items) {
            int start = text.length();
            text.append(between).append(str(item));
            budget.grow(text.length(), text.length() - start);
            between = str(separator);
        }
        return text.toString();
    }

    private Object comparison(Expr.Comparison comparison, Frame frame) {
        Object left = evaluate(comparison.first(), frame);
        for (int i = 0; i < comparison.rest().size(); i++) {
            Object right = evaluate(comparison.rest().get(i), frame);
            line = comparison.line();
            boolean holds = switch (comparison.operators().get(i)) {
                case "==" -> Compare.equal(budget, left, right);
                case "!=" -> !Compare.equal(budget, left, right);
                case "in" -> Compare.contains(budget, right, left);
                case "not in" -> !Compare.contains(budget, right, left);
                default -> Compare.ordered(budget, comparison.operators().get(i), left, right);
            };
            if (!holds) {
                return false;
            }
            left = right;
        }
        return true;
    }

    private Object conditional(Expr.Conditional conditional, Frame frame) {
        if (isTrue(conditional.test(), frame)) {
            return evaluate(conditional.then(), frame);
        }
        Expr otherwise = conditional.otherwise();
        return otherwise == null
                ? new Undefined("the inline if-expression on line " + conditional.line()
                        + " evaluated to false and no else section was defined.")
                : evaluate(otherwise, frame);
    }

    private Object attribute(Expr.Attribute attribute, Frame frame) {
        Object object = evaluate(attribute.object(), frame);
        line = attribute.line();
        return Attributes.attribute(budget, object, attribute.name());
    }

    private Object item(Expr.Item item, Frame frame) {
        Object object = evaluate(item.object(), frame);
        Object key = evaluate(item.key(), frame);
        line = item.line();
        return Attributes.item(budget, object, key);
    }

    private Object slice(Expr.Slice slice, Frame frame) {
        Object object = evaluate(slice.object(), frame);
        Object start = bound(slice.start(), frame);
        Object stop = bound(slice.stop(), frame);
        Object step = bound(slice.step(), frame);
        line = slice.line();
        return Attributes.slice(budget, object, start, stop, step);
    }

    private Object bound(@Nullable Expr expr, Frame frame) {
        return expr == null ? None.NONE : evaluate(expr, frame);
    }

    /** A call; {@code caller}, if there is one, is passed as a further argument. */
    Object call(Expr.Call call, Frame frame, @Nullable Object caller) {
        Object callee = evaluate(call.callee(), frame);
        Args args = args(call.arguments(), frame, List.of(), caller);
        line = call.line();
        return call(callee, args);
    }

    Object call(Object callee, Args args) {
        return switch (callee) {
            case Value.Callable callable -> callable.call(this, args);
            case Undefined undefined -> throw undefined.error();
            default -> throw new TemplateException("'" + Values.typeName(callee) + "' object is not callable");
        };
    }

    /** A filter's value; its input is {@code text} where the expression has none. */
    Object filter(Expr.Filter filter, Frame frame, @Nullable Object text) {
        budget.enter();
        Expr inner = filter.input();
        Object input = inner instanceof Expr.Filter chain
                ? filter(chain, frame, text)
                : inner == null ? Objects.requireNonNull(text) : evaluate(inner, frame);
        budget.leave();
        Args args = args(filter.arguments(), frame, List.of(input), null);
        line = filter.line();
        return filter(filter.name(), args);
    }

    /** Applies a filter by its name to the first of {@code args}. */
    Object filter(Object name, Args args) {
        return named(Filters.ALL, "filter", name).call(this, args);
    }

    private Object test(Expr.Test test, Frame frame) {
        Object input = evaluate(test.input(), frame);
        Args args = args(test.arguments(), frame, List.of(input), null);
        line = test.line();
        return test(test.name(), args);
    }

    /** Applies a test by its name to the first of {@code args}. */
    Object test(Object name, Args args) {
        return named(Tests.ALL, "test", name).call(this, args);
    }

    private Builtin named(Map<String, Builtin> table, String kind, Object name) {
        Builtin function = name instanceof String text ? table.get(text) : null;
        if (function == null) {
            throw new TemplateException("No " + kind + " named " + Repr.repr(budget, name) + ".");
        }
        return function;
    }

    private Args args(Expr.Arguments arguments, Frame frame, List<Object> first, @Nullable Object caller) {
        var positional = new ArrayList<>(first);
        positional.addAll(all(arguments.positional(), frame));
        var named = new LinkedHashMap<String, Object>();
        for (Map.Entry<String, Expr> argument : arguments.named().entrySet()) {
            named.put(argument.getKey(), evaluate(argument.getValue(), frame));
        }
        if (arguments.spread() != null) {
            positional.addAll(Values.list(budget, evaluate(arguments.spread(), frame)));
        }
        if (arguments.namedSpread() != null) {
            spread(evaluate(arguments.namedSpread(), frame), named);
        }
        if (caller != null) {
            named.put("caller", caller);
        }
        return new Args(positional, named);
    }

    private static void spread(Object mapping, Map<String, Object> named) {
        if (!(mapping instanceof Dict dict)) {
            throw new TemplateException("argument after ** must be a mapping, not " + Values.typeName(mapping));
        }
        dict.strings().forEach((name, value) -> {
            if (named.put(name, value) != null) {
                throw new TemplateException("got multiple values for keyword argument '" + name + "'");
            }
        });
    }

    /** Items made one by one when they are asked for, as Python's generators are. */
    Object lazy(Supplier<Iterator<Object>> items) {
        return new Value.Generator(budget, new Lazy(items));
    }
}
