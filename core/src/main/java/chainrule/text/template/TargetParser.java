package chainrule.text.template;

import chainrule.text.template.Stmt.Target;
import chainrule.text.template.Token.Kind;

/** The reader of what is assigned to, and of how that changes the names of the scopes around. */
final class TargetParser {
    private final TokenStream tokens;
    private final Scopes scopes;
    private final ExpressionParser expressions;

    TargetParser(TokenStream tokens, Scopes scopes, ExpressionParser expressions) {
        this.tokens = tokens;
        this.scopes = scopes;
        this.expressions = expressions;
    }

    /** A target; with {@code fields} a namespace's field may be one. */
    Target target(boolean fields) {
        scopes.quiet(true);
        Expr expr = expressions.target(
                () -> fields ? nameOrField() : expressions.operands().primary());
        scopes.quiet(false);
        return target(expr);
    }

    private Expr nameOrField() {
        Expr expr = expressions.operands().primary();
        if (expr instanceof Expr.Name name && tokens.skipOperator(".")) {
            return new Expr.Attribute(name, tokens.expect(Kind.NAME).text(), name.line());
        }
        return expr;
    }

    private static Target target(Expr expr) {
        return switch (expr) {
            case Expr.Name name -> new Target.Variable(name.name());
            case Expr.Attribute field
            when field.object() instanceof Expr.Name name -> new Target.NamespaceField(name.name(), field.name());
            case Expr.TupleOf tuple ->
                new Target.Unpacking(
                        tuple.items().stream().map(TargetParser::target).toList());
            default -> throw TokenStream.error("can't assign to this expression", expr.line());
        };
    }

    /** Within a loop, its variable {@code loop} cannot be assigned. */
    void checkLoop(Target target, int line) {
        if (scopes.inLoop() && mentions(target, "loop")) {
            throw TokenStream.error("Can't assign to special loop variable in for-loop target", line);
        }
    }

    private static boolean mentions(Target target, String name) {
        return switch (target) {
            case Target.Variable variable -> variable.name().equals(name);
            case Target.NamespaceField _ -> false;
            case Target.Unpacking parts -> parts.targets().stream().anyMatch(t -> mentions(t, name));
        };
    }

    /** The target's variables are the current scope's own. */
    void parameters(Target target) {
        switch (target) {
            case Target.Variable variable -> scopes.parameter(variable.name());
            case Target.NamespaceField field -> scopes.load(field.namespace());
            case Target.Unpacking parts -> parts.targets().forEach(this::parameters);
        }
    }

    /** The target's variables are assigned in the current scope. */
    void assign(Target target, int line) {
        checkLoop(target, line);
        switch (target) {
            case Target.Variable variable -> scopes.store(variable.name());
            case Target.NamespaceField field -> scopes.load(field.namespace());
            case Target.Unpacking parts -> parts.targets().forEach(t -> assign(t, line));
        }
    }
}
