package chainrule.text.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A statement of a template; {@link Executor} runs it. A statement that opens a scope has the scope's names. */
sealed interface Stmt {
    int line();

    record Data(String text, int line) implements Stmt {}

    record Output(Expr value, int line) implements Stmt {}

    record Assign(Target target, Expr value, int line) implements Stmt {}

    /** {@code {% set x | filter %}text{% endset %}}. */
    record AssignBlock(Target target, Expr.@Nullable Filter filter, Scope body, int line) implements Stmt {}

    record If(List<Expr> tests, List<List<Stmt>> bodies, int line) implements Stmt {}

    /** A loop; {@code counted} where its body mentions {@code loop}. */
    record For(Target target, Expr items, LoopTest test, boolean counted, Scope body, Scope otherwise, int line)
            implements Stmt {}

    /** Which items a loop is for; a scope of its own, in which only the target is new. */
    record LoopTest(Names names, @Nullable Expr test) {}

    record Break(int line) implements Stmt {}

    record Continue(int line) implements Stmt {}

    record MacroDefinition(Callee macro, int line) implements Stmt {}

    record CallBlock(Expr.Call call, Callee caller, int line) implements Stmt {}

    /** {@code {% generation %}}: marks what an assistant says; its text is its body's. */
    record Generation(Scope body, int line) implements Stmt {}

    record FilterBlock(Expr.Filter filter, Scope body, int line) implements Stmt {}

    record With(List<Target> targets, List<Expr> values, Scope body, int line) implements Stmt {}

    /** Statements with variables of their own. */
    record Scope(Names names, List<Stmt> statements) {}

    /** What a macro and a call block define; a parameter without default has null in its place. */
    record Callee(String name, List<String> parameters, List<@Nullable Expr> defaults, Scope body) {
        /** What a body may read besides its parameters. */
        static final List<String> SPECIALS = List.of("caller", "kwargs", "varargs");

        boolean takes(String special) {
            return !parameters.contains(special) && body.names.mentions(special);
        }
    }

    /** What a value is assigned to. */
    sealed interface Target {
        record Variable(String name) implements Target {}

        record NamespaceField(String namespace, String field) implements Target {}

        record Unpacking(List<Target> targets) implements Target {}
    }
}
