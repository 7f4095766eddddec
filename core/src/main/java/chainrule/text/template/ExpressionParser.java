package chainrule.text.template;

import chainrule.text.template.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The reader of expressions. From loosest to tightest: {@code if else}, {@code or}, {@code and}, {@code not},
 * comparison, {@code + -}, {@code ~}, {@code * / // %}, {@code **}, sign, then call, attribute, item, filter and test.
 * Source: jinja2/parser.py, version 3.1.
 */
final class ExpressionParser {
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

    private final TokenStream tokens;
    private final Scopes scopes;
    private final OperandParser operands;

    ExpressionParser(TokenStream tokens, Scopes scopes) {
        this.tokens = tokens;
        this.scopes = scopes;
        this.operands = new OperandParser(tokens, scopes, this);
    }

    OperandParser operands() {
        return operands;
    }

    Expr expression() {
        return expression(true);
    }

    private Expr expression(boolean conditional) {
        tokens.enter();
        Expr result = conditional ? conditional() : or();
        tokens.leave();
        return result;
    }

    /**
     * One expression, or several with commas between as a tuple. Without {@code conditional} an {@code if} ends it.
     */
    Expr tuple(boolean conditional) {
        return tuple(() -> expression(conditional), false);
    }

    /** What is assigned to, still as an expression. */
    Expr target(Supplier<Expr> part) {
        return tuple(part, false);
    }

    /** What stands in parentheses that were opened: one expression, a tuple, or nothing, the empty tuple. */
    Expr parenthesised() {
        return tuple(this::expression, true);
    }

    private Expr tuple(Supplier<Expr> part, boolean parenthesised) {
        int line = tokens.current().line();
        var items = new ArrayList<Expr>();
        boolean comma = false;
        while (true) {
            if (!items.isEmpty()) {
                tokens.expectOperator(",");
            }
            if (isTupleEnd(tokens.current())) {
                break;
            }
            items.add(part.get());
            if (!tokens.current().isOperator(",")) {
                break;
            }
            comma = true;
        }
        if (!comma && !items.isEmpty()) {
            return items.getFirst();
        }
        if (!comma && !parenthesised) {
            throw tokens.error(
                    "Expected an expression, got '" + tokens.current().description() + "'");
        }
        return new Expr.TupleOf(items, line);
    }

    private static boolean isTupleEnd(Token token) {
        return token.is(Kind.VARIABLE_END) || token.is(Kind.BLOCK_END) || token.isOperator(")");
    }

    private Expr conditional() {
        int unknown = scopes.unknown();
        Expr expr = or();
        while (tokens.current().isName("if")) {
            int line = tokens.next().line();
            Expr test = or();
            Expr otherwise = tokens.skipName("else") ? expression() : null;
            expr = new Expr.Conditional(test, expr, otherwise, line);
            scopes.forgive(unknown);
        }
        return expr;
    }

    private Expr or() {
        Expr left = and();
        while (tokens.current().isName("or")) {
            int line = tokens.next().line();
            left = new Expr.Logical(false, left, and(), line);
        }
        return left;
    }

    private Expr and() {
        Expr left = not();
        while (tokens.current().isName("and")) {
            int line = tokens.next().line();
            left = new Expr.Logical(true, left, not(), line);
        }
        return left;
    }

    private Expr not() {
        if (!tokens.current().isName("not")) {
            return comparison();
        }
        int line = tokens.next().line();
        tokens.enter();
        Expr operand = not();
        tokens.leave();
        return new Expr.Unary("not", operand, line);
    }

    private Expr comparison() {
        Expr first = sum();
        var operators = new ArrayList<String>();
        var rest = new ArrayList<Expr>();
        int line = tokens.current().line();
        while (true) {
            Token token = tokens.current();
            if (token.is(Kind.OPERATOR) && COMPARISONS.contains(token.text())) {
                operators.add(tokens.next().text());
            } else if (tokens.skipName("in")) {
                operators.add("in");
            } else if (token.isName("not") && tokens.look().isName("in")) {
                tokens.next();
                tokens.next();
                operators.add("not in");
            } else {
                break;
            }
            rest.add(sum());
        }
        return operators.isEmpty() ? first : new Expr.Comparison(first, operators, rest, line);
    }

    private Expr binary(Set<String> operators, Supplier<Expr> operand) {
        Expr left = operand.get();
        while (tokens.current().is(Kind.OPERATOR)
                && operators.contains(tokens.current().text())) {
            Token operator = tokens.next();
            left = new Expr.Binary(operator.text(), left, operand.get(), operator.line());
        }
        return left;
    }

    private Expr sum() {
        return binary(Set.of("+", "-"), this::concat);
    }

    private Expr concat() {
        Expr first = product();
        if (!tokens.current().isOperator("~")) {
            return first;
        }
        int line = tokens.current().line();
        var parts = new ArrayList<>(List.of(first));
        while (tokens.skipOperator("~")) {
            parts.add(product());
        }
        return new Expr.Concat(parts, line);
    }

    private Expr product() {
        return binary(Set.of("*", "/", "//", "%"), () -> binary(Set.of("**"), () -> operands.withSign(true)));
    }
}
