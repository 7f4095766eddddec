package chainrule.text.template;

import chainrule.text.template.Token.Kind;
import java.util.List;

/** The tokens of a template in reading order, with one token of look-ahead and a bound on how deep readers recurse. */
final class TokenStream {
    private static final int MAX_NESTING = 200;

    private final List<Token> tokens;
    private int at;
    private int nesting;

    TokenStream(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token current() {
        return tokens.get(at);
    }

    /** The token behind the current one. */
    Token look() {
        return tokens.get(Math.min(at + 1, tokens.size() - 1));
    }

    /** Moves on and returns the token that was current. */
    Token next() {
        Token token = current();
        at = Math.min(at + 1, tokens.size() - 1);
        return token;
    }

    boolean skipOperator(String operator) {
        boolean there = current().isOperator(operator);
        if (there) {
            next();
        }
        return there;
    }

    boolean skipName(String name) {
        boolean there = current().isName(name);
        if (there) {
            next();
        }
        return there;
    }

    Token expect(Kind kind) {
        if (!current().is(kind)) {
            throw unexpected(kind.description);
        }
        return next();
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw unexpected(operator);
        }
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw unexpected(name);
        }
    }

    private TemplateException unexpected(String expected) {
        return current().is(Kind.END)
                ? error("unexpected end of template, expected '" + expected + "'.")
                : error("expected token '" + expected + "', got '" + current().description() + "'");
    }

    /** A syntax error at the current token. */
    TemplateException error(String message) {
        return error(message, current().line());
    }

    static TemplateException error(String message, int line) {
        return new TemplateException(message, line, false);
    }

    /** One level deeper; {@link #leave} must follow. */
    void enter() {
        if (++nesting > MAX_NESTING) {
            throw error("the template is nested too deeply");
        }
    }

    void leave() {
        nesting--;
    }
}
