package chainrule.text.template;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An expression of a template; {@link Evaluator} computes it. Every one knows its line. */
sealed interface Expr {
    int line();

    record Constant(Object value, int line) implements Expr {}

    record Name(String name, int line) implements Expr {}

    record ListOf(List<Expr> items, int line) implements Expr {}

    record TupleOf(List<Expr> items, int line) implements Expr {}

    record DictOf(List<Expr> keys, List<Expr> values, int line) implements Expr {}

    /** {@code operator} is {@code -}, {@code +} or {@code not}. */
    record Unary(String operator, Expr operand, int line) implements Expr {}

    /** {@code operator} is one of {@code + - * / // % **}. */
    record Binary(String operator, Expr left, Expr right, int line) implements Expr {}

    /** {@code and} or {@code or}: the operand that decides. */
    record Logical(boolean and, Expr left, Expr right, int line) implements Expr {}

    /** Texts joined by {@code ~}. */
    record Concat(List<Expr> parts, int line) implements Expr {}

    /** A chain like {@code a < b <= c}: each operator between two neighbours. */
    record Comparison(Expr first, List<String> operators, List<Expr> rest, int line) implements Expr {}

    record Conditional(Expr test, Expr then, @Nullable Expr otherwise, int line) implements Expr {}

    record Attribute(Expr object, String name, int line) implements Expr {}

    record Item(Expr object, Expr key, int line) implements Expr {}

    record Slice(
            Expr object,
            @Nullable Expr start,
            @Nullable Expr stop,
            @Nullable Expr step,
            int line) implements Expr {}

    record Call(Expr callee, Arguments arguments, int line) implements Expr {}

    /** A filter; without an input it applies to the text of the block it belongs to. */
    record Filter(@Nullable Expr input, String name, Arguments arguments, int line) implements Expr {}

    record Test(Expr input, String name, Arguments arguments, int line) implements Expr {}

    /** What stands between a call's parentheses: {@code f(a, key=b, *spread, **namedSpread)}. */
    record Arguments(
            List<Expr> positional,
            Map<String, Expr> named,
            @Nullable Expr spread,
            @Nullable Expr namedSpread) {
        static final Arguments NONE = new Arguments(List.of(), Map.of(), null, null);
    }
}
