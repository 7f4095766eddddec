package chainrule.text.template;

import chainrule.text.template.Stmt.Callee;
import chainrule.text.template.Stmt.Scope;
import chainrule.text.template.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The reader of what can be called later: macros and call blocks. Source: jinja2/parser.py, version 3.1. */
final class DefinitionParser {
    private final TokenStream tokens;
    private final Scopes scopes;
    private final ExpressionParser expressions;
    private final Parser statements;

    DefinitionParser(TokenStream tokens, Scopes scopes, ExpressionParser expressions, Parser statements) {
        this.tokens = tokens;
        this.scopes = scopes;
        this.expressions = expressions;
        this.statements = statements;
    }

    Stmt macro(int line) {
        String name = tokens.expect(Kind.NAME).text();
        scopes.store(name);
        Names names = scopes.open(Scopes.Kind.FUNCTION);
        return new Stmt.MacroDefinition(callee(name, signature(), names, "endmacro", line), line);
    }

    Stmt callBlock(int line) {
        Names names = scopes.open(Scopes.Kind.FUNCTION);
        Map<String, @Nullable Expr> signature = tokens.current().isOperator("(") ? signature() : Map.of();
        scopes.close();
        if (!(expressions.expression() instanceof Expr.Call call)) {
            throw TokenStream.error("expected call", line);
        }
        scopes.open(names, Scopes.Kind.FUNCTION);
        return new Stmt.CallBlock(call, callee("caller", signature, names, "endcall", line), line);
    }

    /** Parameters in parentheses, each with its default, null if it has none. */
    private Map<String, @Nullable Expr> signature() {
        var parameters = new LinkedHashMap<String, @Nullable Expr>();
        boolean optional = false;
        tokens.expectOperator("(");
        while (!tokens.skipOperator(")")) {
            if (!parameters.isEmpty()) {
                tokens.expectOperator(",");
            }
            String name = tokens.expect(Kind.NAME).text();
            Expr value = tokens.skipOperator("=") ? expressions.expression() : null;
            if (optional && value == null) {
                throw tokens.error("non-default argument follows default argument");
            }
            optional = value != null;
            if (parameters.containsKey(name)) {
                throw tokens.error("duplicate argument '" + name + "' in function definition");
            }
            parameters.put(name, value);
            scopes.parameter(name);
        }
        return parameters;
    }

    /** The rest of a definition whose scope is open. */
    private Callee callee(String name, Map<String, @Nullable Expr> signature, Names names, String end, int line) {
        List<Stmt> body = statements.wholeBody(end);
        if (names.mentions("caller") && signature.containsKey("caller") && signature.get("caller") == null) {
            throw TokenStream.error(
                    "the argument \"caller\" of a macro or call block must be omitted or be given a default", line);
        }
        Callee.SPECIALS.stream().filter(names::mentions).forEach(names::parameter);
        scopes.close();
        return new Callee(
                name, List.copyOf(signature.keySet()), new ArrayList<>(signature.values()), new Scope(names, body));
    }
}
