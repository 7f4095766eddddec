package chainrule.text.template;

import static chainrule.text.template.Builtin.of;

import chainrule.text.template.Value.None;
import chainrule.text.template.Value.Undefined;
import java.util.Map;

/** The tests of a chat template: {@code value is name(arguments)}. Source: jinja2/tests.py, version 3.1. */
final class Tests {
    private static final Builtin EQUAL = of("eq", "a, b", (e, a) -> Compare.equal(e.budget(), a[0], a[1]));
    private static final Builtin UNEQUAL = of("ne", "a, b", (e, a) -> !Compare.equal(e.budget(), a[0], a[1]));
    private static final Builtin LESS = ordered("lt", "<");
    private static final Builtin AT_MOST = ordered("le", "<=");
    private static final Builtin GREATER = ordered("gt", ">");
    private static final Builtin AT_LEAST = ordered("ge", ">=");

    private static final Map<String, Builtin> COMPARISONS = Builtin.table(
            EQUAL,
            EQUAL.as("=="),
            EQUAL.as("equalto"),
            UNEQUAL,
            UNEQUAL.as("!="),
            LESS,
            LESS.as("<"),
            LESS.as("lessthan"),
            AT_MOST,
            AT_MOST.as("<="),
            GREATER,
            GREATER.as(">"),
            GREATER.as("greaterthan"),
            AT_LEAST,
            AT_LEAST.as(">="),
            of("in", "value, seq", (e, a) -> Compare.contains(e.budget(), a[1], a[0])),
            of("sameas", "value, other", (_, a) -> Compare.identical(a[0], a[1])));

    private static final Map<String, Builtin> KINDS = Builtin.table(
            of("boolean", "value", (_, a) -> a[0] instanceof Boolean),
            of("callable", "value", (_, a) -> a[0] instanceof Value.Callable || a[0] instanceof Undefined),
            of("defined", "value", (_, a) -> !(a[0] instanceof Undefined)),
            of("undefined", "value", (_, a) -> a[0] instanceof Undefined),
            of("false", "value", (_, a) -> a[0].equals(false)),
            of("true", "value", (_, a) -> a[0].equals(true)),
            of("filter", "value", (_, a) -> Filters.ALL.containsKey(a[0])),
            of("test", "value", (_, a) -> isTest(a[0])),
            of("float", "value", (_, a) -> a[0] instanceof Double),
            of("integer", "value", (_, a) -> Arithmetic.isInteger(a[0]) && !(a[0] instanceof Boolean)),
            of("iterable", "value", (_, a) -> Values.isIterable(a[0]) || a[0] instanceof Loop),
            of("mapping", "value", (_, a) -> a[0] instanceof Dict),
            of("none", "value", (_, a) -> a[0] == None.NONE),
            of("number", "value", (_, a) -> Arithmetic.isNumber(a[0])),
            of(
                    "sequence",
                    "value",
                    (_, a) -> Values.size(a[0]) >= 0 && !(a[0] instanceof Value.View) && !(a[0] instanceof Loop)),
            of("string", "value", (_, a) -> a[0] instanceof String));

    private static final Map<String, Builtin> CONTENTS = Builtin.table(
            of("divisibleby", "value, num", (e, a) -> isRemainder(e, a[0], a[1], 0)),
            of("even", "value", (e, a) -> isRemainder(e, a[0], 2L, 0)),
            of("odd", "value", (e, a) -> isRemainder(e, a[0], 2L, 1)),
            of("lower", "value", (e, a) -> StringMethods.isLower(e.str(a[0]))),
            of("upper", "value", (e, a) -> StringMethods.isUpper(e.str(a[0]))));

    static final Map<String, Builtin> ALL = Builtin.table(COMPARISONS, KINDS, CONTENTS);

    private Tests() {}

    private static boolean isTest(Object name) {
        return ALL.containsKey(name);
    }

    private static Builtin ordered(String name, String operator) {
        return of(name, "a, b", (e, a) -> Compare.ordered(e.budget(), operator, a[0], a[1]));
    }

    private static boolean isRemainder(Evaluator e, Object value, Object divisor, long rest) {
        return Compare.equal(e.budget(), Arithmetic.apply(e.budget(), "%", value, divisor), rest);
    }
}
