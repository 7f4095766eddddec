package chainrule.text.template;

import chainrule.text.template.Expr.Arguments;
import chainrule.text.template.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The reader of operands: names, literals and brackets, with what follows them: attributes, items, calls, filters,
 * tests. Source: jinja2/parser.py, version 3.1.
 */
final class OperandParser {
    private static final Set<String> OPENING = Set.of("(", "[", "{");

    private final TokenStream tokens;
    private final Scopes scopes;
    private final ExpressionParser expressions;

    OperandParser(TokenStream tokens, Scopes scopes, ExpressionParser expressions) {
        this.tokens = tokens;
        this.scopes = scopes;
        this.expressions = expressions;
    }

    /** An operand that may have a sign; filters bind looser than the sign. */
    Expr withSign(boolean filters) {
        Token token = tokens.current();
        Expr expr;
        if (token.isOperator("-") || token.isOperator("+")) {
            tokens.next();
            tokens.enter();
            expr = new Expr.Unary(token.text(), withSign(false), token.line());
            tokens.leave();
        } else {
            expr = primary();
        }
        expr = postfix(expr);
        return filters ? filtersAndTests(expr) : expr;
    }

    Expr primary() {
        Token token = tokens.next();
        return switch (token.kind()) {
            case NAME -> name(token);
            case INTEGER, FLOAT -> new Expr.Constant(token.value(), token.line());
            case STRING -> {
                var text = new StringBuilder(token.text());
                while (tokens.current().is(Kind.STRING)) {
                    text.append(tokens.next().text());
                }
                yield new Expr.Constant(text.toString(), token.line());
            }
            case OPERATOR -> bracketed(token);
            default -> throw unexpected(token);
        };
    }

    private static TemplateException unexpected(Token token) {
        return TokenStream.error("unexpected '" + token.description() + "'", token.line());
    }

    private Expr name(Token token) {
        Object constant = switch (token.text()) {
            case "true", "True" -> true;
            case "false", "False" -> false;
            case "none", "None" -> Value.None.NONE;
            default -> null;
        };
        if (constant != null) {
            return new Expr.Constant(constant, token.line());
        }
        scopes.load(token.text());
        return new Expr.Name(token.text(), token.line());
    }

    private Expr bracketed(Token open) {
        switch (open.text()) {
            case "(" -> {
                Expr inside = expressions.parenthesised();
                tokens.expectOperator(")");
                return inside;
            }
            case "[" -> {
                var items = new ArrayList<Expr>();
                commaSeparated("]", () -> items.add(expressions.expression()));
                return new Expr.ListOf(items, open.line());
            }
            case "{" -> {
                var keys = new ArrayList<Expr>();
                var values = new ArrayList<Expr>();
                commaSeparated("}", () -> {
                    keys.add(expressions.expression());
                    tokens.expectOperator(":");
                    values.add(expressions.expression());
                });
                return new Expr.DictOf(keys, values, open.line());
            }
            default -> throw unexpected(open);
        }
    }

    /** Reads parts with commas between, of which one may stand last, up to {@code close}. */
    private void commaSeparated(String close, Runnable part) {
        while (!tokens.skipOperator(close)) {
            part.run();
            if (!tokens.current().isOperator(close)) {
                tokens.expectOperator(",");
            }
        }
    }

    private Expr postfix(Expr start) {
        Expr expr = start;
        while (true) {
            Token token = tokens.current();
            if (token.isOperator(".")) {
                expr = attribute(expr);
            } else if (token.isOperator("[")) {
                expr = subscript(expr);
            } else if (token.isOperator("(")) {
                expr = new Expr.Call(expr, arguments(), token.line());
            } else {
                return expr;
            }
        }
    }

    private Expr attribute(Expr object) {
        int line = tokens.next().line();
        Token name = tokens.next();
        return switch (name.kind()) {
            case NAME -> new Expr.Attribute(object, name.text(), line);
            case INTEGER -> new Expr.Item(object, new Expr.Constant(name.value(), name.line()), line);
            default -> throw TokenStream.error("expected name or number", name.line());
        };
    }

    private Expr subscript(Expr object) {
        int line = tokens.next().line();
        Expr start = tokens.current().isOperator(":") ? null : expressions.expression();
        if (tokens.skipOperator(":")) {
            Expr stop = bound();
            Expr step = tokens.skipOperator(":") ? bound() : null;
            tokens.expectOperator("]");
            return new Expr.Slice(object, start, stop, step, line);
        }
        tokens.expectOperator("]");
        return new Expr.Item(object, Objects.requireNonNull(start), line);
    }

    private @Nullable Expr bound() {
        Token token = tokens.current();
        return token.isOperator(":") || token.isOperator("]") ? null : expressions.expression();
    }

    private Expr filtersAndTests(Expr start) {
        Expr expr = start;
        while (true) {
            Token token = tokens.current();
            if (token.isOperator("|")) {
                tokens.next();
                expr = filter(expr);
            } else if (token.isName("is")) {
                expr = test(expr);
            } else if (token.isOperator("(")) {
                expr = new Expr.Call(expr, arguments(), token.line());
            } else {
                return expr;
            }
        }
    }

    /** Filters one after the other, from the first one's name on. */
    Expr.Filter filters(@Nullable Expr input) {
        Expr.Filter filter = filter(input);
        while (tokens.skipOperator("|")) {
            filter = filter(filter);
        }
        return filter;
    }

    private Expr.Filter filter(@Nullable Expr input) {
        Token first = tokens.expect(Kind.NAME);
        String name = first.text();
        if (!Filters.ALL.containsKey(name)) {
            scopes.unknown(TokenStream.error("No filter named " + Repr.quote(name) + ".", first.line()));
        }
        Arguments arguments = tokens.current().isOperator("(") ? arguments() : Arguments.NONE;
        return new Expr.Filter(input, name, arguments, first.line());
    }

    private Expr test(Expr input) {
        int line = tokens.next().line();
        boolean negated = tokens.skipName("not");
        Token first = tokens.expect(Kind.NAME);
        String name = first.text();
        if (!Tests.ALL.containsKey(name)) {
            scopes.unknown(TokenStream.error("No test named " + Repr.quote(name) + ".", first.line()));
        }
        Arguments arguments = Arguments.NONE;
        Token token = tokens.current();
        if (token.isOperator("(")) {
            arguments = arguments();
        } else if (startsArgument(token)) {
            if (token.isName("is")) {
                throw tokens.error("You cannot chain multiple tests with is");
            }
            arguments = new Arguments(List.of(postfix(primary())), Map.of(), null, null);
        }
        Expr test = new Expr.Test(input, name, arguments, line);
        return negated ? new Expr.Unary("not", test, line) : test;
    }

    private static boolean startsArgument(Token token) {
        return switch (token.kind()) {
            case NAME -> !token.isName("else") && !token.isName("or") && !token.isName("and");
            case STRING, INTEGER, FLOAT -> true;
            case OPERATOR -> OPENING.contains(token.text());
            default -> false;
        };
    }

    private Arguments arguments() {
        int line = tokens.next().line();
        var positional = new ArrayList<Expr>();
        var named = new LinkedHashMap<String, Expr>();
        Expr spread = null;
        Expr namedSpread = null;
        while (!tokens.skipOperator(")")) {
            boolean fits = namedSpread == null;
            if (tokens.skipOperator("*")) {
                fits &= spread == null;
                spread = expressions.expression();
            } else if (tokens.skipOperator("**")) {
                namedSpread = expressions.expression();
            } else if (tokens.current().is(Kind.NAME) && tokens.look().isOperator("=")) {
                String key = tokens.next().text();
                tokens.next();
                fits &= named.put(key, expressions.expression()) == null;
            } else {
                fits &= spread == null && named.isEmpty();
                positional.add(expressions.expression());
            }
            if (!fits) {
                throw TokenStream.error("invalid syntax for function call expression", line);
            }
            if (!tokens.current().isOperator(")")) {
                tokens.expectOperator(",");
            }
        }
        return new Arguments(positional, named, spread, namedSpread);
    }
}
