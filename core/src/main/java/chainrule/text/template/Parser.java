package chainrule.text.template;

import chainrule.text.template.Stmt.Scope;
import chainrule.text.template.Stmt.Target;
import chainrule.text.template.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The reader of statements: a template's source becomes its tree. Source: jinja2/parser.py, version 3.1. */
final class Parser {
    private final TokenStream tokens;
    private final Scopes scopes = new Scopes();
    private final ExpressionParser expressions;
    private final TargetParser targets;
    private final DefinitionParser definitions;
    private final Deque<String> tags = new ArrayDeque<>();
    private final Deque<List<String>> ends = new ArrayDeque<>();

    private Parser(List<Token> tokens) {
        this.tokens = new TokenStream(tokens);
        this.expressions = new ExpressionParser(this.tokens, scopes);
        this.targets = new TargetParser(this.tokens, scopes, expressions);
        this.definitions = new DefinitionParser(this.tokens, scopes, expressions, this);
    }

    static Scope parse(String source) {
        var parser = new Parser(Lexer.tokens(source));
        Names names = parser.scopes.open(Scopes.Kind.FUNCTION);
        List<Stmt> statements = parser.statements(List.of());
        parser.scopes.close();
        return new Scope(names, statements);
    }

    /** The statements up to a tag in {@code until}, whose name is then the current token; to the end if it is empty. */
    private List<Stmt> statements(List<String> until) {
        var body = new ArrayList<Stmt>();
        ends.push(until);
        tokens.enter();
        while (!tokens.current().is(Kind.END)) {
            Token token = tokens.next();
            if (token.is(Kind.DATA)) {
                body.add(new Stmt.Data(token.text(), token.line()));
            } else if (token.is(Kind.VARIABLE_BEGIN)) {
                int line = tokens.current().line();
                body.add(new Stmt.Output(expressions.tuple(true), line));
                tokens.expect(Kind.VARIABLE_END);
            } else {
                if (tokens.current().is(Kind.NAME)
                        && until.contains(tokens.current().text())) {
                    break;
                }
                body.add(statement());
                tokens.expect(Kind.BLOCK_END);
            }
        }
        tokens.leave();
        if (tokens.current().is(Kind.END) && !until.isEmpty()) {
            throw tokens.error("Unexpected end of template." + lookingFor());
        }
        ends.pop();
        return body;
    }

    /** The statements from a tag's end up to a tag in {@code until}. */
    private List<Stmt> body(String... until) {
        tokens.skipOperator(":");
        tokens.expect(Kind.BLOCK_END);
        return statements(List.of(until));
    }

    /** The same, past the tag that ends it. */
    List<Stmt> wholeBody(String until) {
        List<Stmt> body = body(until);
        tokens.next();
        return body;
    }

    /** The same, in a scope of its own. */
    Scope scope(Scopes.Kind kind, String until) {
        Names names = scopes.open(kind);
        List<Stmt> body = wholeBody(until);
        scopes.close();
        return new Scope(names, body);
    }

    private Stmt statement() {
        Token tag = tokens.expect(Kind.NAME);
        tags.push(tag.text());
        Stmt result = statement(tag);
        tags.pop();
        return result;
    }

    private Stmt statement(Token tag) {
        int line = tag.line();
        return switch (tag.text()) {
            case "for" -> loop(line);
            case "if" -> branch(line);
            case "set" -> assignment(line);
            case "with" -> with(line);
            case "filter" -> {
                Expr.Filter filter = expressions.operands().filters(null);
                yield new Stmt.FilterBlock(filter, scope(Scopes.Kind.PLAIN, "endfilter"), line);
            }
            case "generation" -> new Stmt.Generation(scope(Scopes.Kind.FUNCTION, "endgeneration"), line);
            case "macro" -> definitions.macro(line);
            case "call" -> definitions.callBlock(line);
            case "break" -> new Stmt.Break(inLoop(tag));
            case "continue" -> new Stmt.Continue(inLoop(tag));
            default -> throw unknownTag(tag);
        };
    }

    private int inLoop(Token tag) {
        if (!scopes.canBreak()) {
            throw TokenStream.error("'" + tag.text() + "' outside loop", tag.line());
        }
        return tag.line();
    }

    private TemplateException unknownTag(Token tag) {
        tags.pop();
        boolean misplaced = ends.stream().anyMatch(list -> list.contains(tag.text()));
        return TokenStream.error(
                "Encountered unknown tag " + Repr.quote(tag.text()) + "."
                        + (misplaced ? " You probably made a nesting mistake." : "") + lookingFor(),
                tag.line());
    }

    private String lookingFor() {
        List<String> wanted = ends.getFirst().stream().map(Repr::quote).toList();
        return (wanted.isEmpty()
                        ? ""
                        : " Jinja was looking for the following tags: " + String.join(" or ", wanted) + ".")
                + (tags.isEmpty()
                        ? ""
                        : " The innermost block that needs to be closed is " + Repr.quote(tags.getFirst()) + ".");
    }

    private Stmt loop(int line) {
        Target target = targets.target(false);
        tokens.expectName("in");
        Expr items = expressions.tuple(false);
        Names testNames = scopes.open(Scopes.Kind.PLAIN);
        targets.parameters(target);
        Expr test = tokens.skipName("if") ? expressions.expression() : null;
        scopes.close();

        Names names = scopes.open(Scopes.Kind.LOOP);
        targets.checkLoop(target, line);
        targets.parameters(target);
        List<Stmt> body = body("endfor", "else");
        boolean counted = names.mentions("loop");
        if (counted) {
            names.parameter("loop");
        }
        scopes.close();
        Scope otherwise =
                tokens.next().isName("else") ? scope(Scopes.Kind.PLAIN, "endfor") : new Scope(new Names(), List.of());
        var filter = new Stmt.LoopTest(testNames, test);
        return new Stmt.For(target, items, filter, counted, new Scope(names, body), otherwise, line);
    }

    private Stmt branch(int line) {
        int unknown = scopes.unknown();
        var tests = new ArrayList<Expr>();
        var bodies = new ArrayList<List<Stmt>>();
        Token end;
        do {
            tests.add(expressions.tuple(false));
            scopes.names().enterBranch();
            bodies.add(body("elif", "else", "endif"));
            end = tokens.next();
        } while (end.isName("elif"));
        if (end.isName("else")) {
            bodies.add(wholeBody("endif"));
        }
        tests.forEach(_ -> scopes.names().leaveBranch());
        scopes.forgive(unknown);
        return new Stmt.If(tests, bodies, line);
    }

    private Stmt assignment(int line) {
        Target target = targets.target(true);
        if (tokens.skipOperator("=")) {
            Expr value = expressions.tuple(true);
            targets.assign(target, line);
            return new Stmt.Assign(target, value, line);
        }
        Expr.Filter filter = tokens.skipOperator("|") ? expressions.operands().filters(null) : null;
        Scope body = scope(Scopes.Kind.PLAIN, "endset");
        targets.assign(target, line);
        return new Stmt.AssignBlock(target, filter, body, line);
    }

    private Stmt with(int line) {
        var variables = new ArrayList<Target>();
        var values = new ArrayList<Expr>();
        while (!tokens.current().is(Kind.BLOCK_END)) {
            if (!variables.isEmpty()) {
                tokens.expectOperator(",");
            }
            variables.add(targets.target(false));
            tokens.expectOperator("=");
            values.add(expressions.expression());
        }
        Names names = scopes.open(Scopes.Kind.PLAIN);
        variables.forEach(targets::parameters);
        List<Stmt> body = wholeBody("endwith");
        scopes.close();
        return new Stmt.With(variables, values, new Scope(names, body), line);
    }
}
