package chainrule.text.template;

import chainrule.text.template.Frame.Context;
import chainrule.text.template.Stmt.Scope;
import chainrule.text.template.Stmt.Target;
import chainrule.text.template.Value.Undefined;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Runs statements and collects the text they make. */
final class Executor {
    private enum Next {
        STATEMENT,
        BREAK,
        CONTINUE
    }

    private final Evaluator evaluator;
    private final Map<String, Stmt.Block> blocks;
    private StringBuilder out = new StringBuilder();

    Executor(Evaluator evaluator, Map<String, Stmt.Block> blocks) {
        this.evaluator = evaluator;
        this.blocks = blocks;
    }

    Budget budget() {
        return evaluator.budget();
    }

    /** The text of a whole template. */
    String render(Scope root, Context context) {
        return capture(() -> run(root, new Frame(root.names(), null, context), Map.of("self", self(context))));
    }

    private void print(String text) {
        out.append(text);
        budget().grow(out.length(), text.length());
    }

    private String capture(Runnable body) {
        StringBuilder outer = out;
        out = new StringBuilder();
        budget().enter();
        body.run();
        budget().leave();
        String text = out.toString();
        budget().text(text.length());
        out = outer;
        return text;
    }

    private Object marked(String text) {
        return evaluator.escaping() ? new Value.Markup(text) : text;
    }

    /** Runs a scope and hands its text on, unless a loop around was left within. */
    private Next capture(Scope scope, Frame around, Consumer<Object> use) {
        var next = new Next[1];
        String text = capture(() -> next[0] = runScope(scope, around));
        if (next[0] == Next.STATEMENT) {
            use.accept(marked(text));
        }
        return next[0];
    }

    private Next runScope(Scope scope, Frame around) {
        return run(scope, new Frame(scope.names(), around, around.context()), Map.of());
    }

    private Next run(Scope scope, Frame frame, Map<String, Object> parameters) {
        parameters.forEach((name, value) -> {
            if (scope.names().stores(name)) {
                frame.set(name, value);
            }
        });
        return run(scope.statements(), frame);
    }

    private Next run(List<Stmt> statements, Frame frame) {
        for (Stmt statement : statements) {
            budget().enter();
            evaluator.at(statement.line());
            Next next = run(statement, frame);
            budget().leave();
            if (next != Next.STATEMENT) {
                return next;
            }
        }
        return Next.STATEMENT;
    }

    private Next run(Stmt statement, Frame frame) {
        switch (statement) {
            case Stmt.Data data -> print(data.text());
            case Stmt.Output output -> output(evaluator.evaluate(output.value(), frame));
            case Stmt.Assign assign -> assign(assign.target(), evaluator.evaluate(assign.value(), frame), frame);
            case Stmt.AssignBlock block -> {
                Expr.Filter filter = block.filter();
                return capture(block.body(), frame, text -> {
                    Object value = filter == null ? text : evaluator.filter(filter, frame, text);
                    assign(block.target(), value, frame);
                });
            }
            case Stmt.If branch -> {
                return branch(branch, frame);
            }
            case Stmt.For loop -> {
                return loop(loop, frame);
            }
            case Stmt.Break _ -> {
                return Next.BREAK;
            }
            case Stmt.Continue _ -> {
                return Next.CONTINUE;
            }
            case Stmt.MacroDefinition definition ->
                store(definition.macro().name(), new Macro(definition.macro(), frame, this), frame);
            case Stmt.CallBlock block ->
                output(evaluator.call(block.call(), frame, new Macro(block.caller(), frame, this)));
            case Stmt.Generation generation -> runScope(generation.body(), frame);
            case Stmt.FilterBlock block -> {
                return capture(block.body(), frame, text -> output(evaluator.filter(block.filter(), frame, text)));
            }
            case Stmt.With with -> {
                return with(with, frame);
            }
            case Stmt.AutoEscape escape -> {
                boolean outer = evaluator.escaping();
                evaluator.escaping(evaluator.isTrue(escape.on(), frame));
                Next next = runScope(escape.body(), frame);
                evaluator.escaping(outer);
                return next;
            }
            case Stmt.Block block -> {
                Context context = block.scoped() ? frame.derived() : frame.context();
                block(block, context);
            }
            case Stmt.Load load -> {
                evaluator.evaluate(load.template(), frame);
                throw new TemplateException("no loader for this environment specified");
            }
        }
        return Next.STATEMENT;
    }

    private void output(Object value) {
        print(evaluator.escaping() ? Markups.escape(budget(), value).text() : evaluator.str(value));
    }

    private Next branch(Stmt.If branch, Frame frame) {
        int taken = 0;
        while (taken < branch.tests().size() && !evaluator.isTrue(branch.tests().get(taken), frame)) {
            taken++;
        }
        return taken < branch.bodies().size() ? run(branch.bodies().get(taken), frame) : Next.STATEMENT;
    }

    private Next loop(Stmt.For loop, Frame frame) {
        Object items = evaluator.evaluate(loop.items(), frame);
        if (!loop.recursive()) {
            return loop(loop, frame, items, 0);
        }
        print(capture(() -> loop(loop, frame, items, 0)));
        return Next.STATEMENT;
    }

    /** A loop's whole run; what leaves the {@code else} part may leave a loop around. */
    private Next loop(Stmt.For loop, Frame frame, Object items, int depth) {
        Iterator<Object> source = Values.iterate(budget(), items);
        Iterator<Object> chosen =
                loop.test().test() == null ? source : Lazy.filter(source, item -> chosen(loop, item, frame));
        Loop counter = null;
        if (loop.counted()) {
            long length = loop.test().test() == null ? Values.size(items) : -1;
            counter = new Loop(
                    budget(),
                    chosen,
                    length,
                    depth,
                    loop.recursive()
                            ? (inner, deeper) -> marked(capture(() -> loop(loop, frame, inner, deeper)))
                            : null);
            chosen = counter;
        }
        boolean completed = false;
        while (chosen.hasNext()) {
            budget().elements(1);
            Object item = chosen.next();
            var body = new Frame(loop.body().names(), frame, frame.context());
            assign(loop.target(), item, body);
            Next next = run(loop.body(), body, counter == null ? Map.of() : Map.of("loop", counter));
            if (next == Next.BREAK) {
                break;
            }
            completed |= next == Next.STATEMENT;
        }
        // As in Jinja, a loop of which no round ran to its end counts as empty.
        return completed ? Next.STATEMENT : runScope(loop.otherwise(), frame);
    }

    private boolean chosen(Stmt.For loop, Object item, Frame frame) {
        var scope = new Frame(loop.test().names(), frame, frame.context());
        assign(loop.target(), item, scope);
        return evaluator.isTrue(Objects.requireNonNull(loop.test().test()), scope);
    }

    private Next with(Stmt.With with, Frame frame) {
        var inner = new Frame(with.body().names(), frame, frame.context());
        for (int i = 0; i < with.targets().size(); i++) {
            assign(with.targets().get(i), evaluator.evaluate(with.values().get(i), frame), inner);
        }
        return run(with.body(), inner, Map.of());
    }

    private void block(Stmt.Block block, Context context) {
        if (block.required()) {
            throw new TemplateException("Required block " + Repr.quote(block.name()) + " not found");
        }
        var frame = new Frame(block.body().names(), null, new Context(context));
        var none = new Undefined("there is no parent block called " + Repr.quote(block.name()) + ".");
        run(block.body(), frame, Map.of("self", self(context), "super", none));
    }

    private Object self(Context context) {
        var callables = new HashMap<String, Value.Callable>();
        blocks.forEach((name, block) ->
                callables.put(name, Builtin.of(name, "", (_, _) -> capture(() -> block(block, context)))));
        return new Value.Self(callables);
    }

    /** The text of a macro with the values of its parameters. */
    Object call(Stmt.Callee callee, Frame around, Map<String, Object> values) {
        budget().enter();
        var frame = new Frame(callee.body().names(), around, around.context());
        values.forEach(frame::set);
        for (int i = 0; i < callee.parameters().size(); i++) {
            String name = callee.parameters().get(i);
            if (frame.get(name) == Frame.MISSING) {
                frame.set(name, missing(name, callee.defaults().get(i), frame));
            }
        }
        String text = capture(() -> run(callee.body(), frame, Map.of()));
        budget().leave();
        return marked(text);
    }

    private Object missing(String parameter, @Nullable Expr value, Frame frame) {
        return value == null
                ? new Undefined("parameter " + Repr.quote(parameter) + " was not provided")
                : evaluator.evaluate(value, frame);
    }

    private void store(String name, Object value, Frame frame) {
        frame.set(name, value);
        if (frame.isRoot()) {
            frame.context().export(name, value);
        }
    }

    private void assign(Target target, Object value, Frame frame) {
        switch (target) {
            case Target.Variable variable -> store(variable.name(), value, frame);
            case Target.NamespaceField field -> {
                if (!(frame.get(field.namespace()) instanceof Value.Namespace namespace)) {
                    throw new TemplateException("cannot assign attribute on non-namespace object");
                }
                namespace.set(field.field(), value);
            }
            case Target.Unpacking parts -> {
                List<Object> items = Values.list(budget(), value);
                int expected = parts.targets().size();
                if (items.size() != expected) {
                    throw new TemplateException(
                            items.size() > expected
                                    ? "too many values to unpack (expected " + expected + ")"
                                    : "not enough values to unpack (expected " + expected + ", got " + items.size()
                                            + ")");
                }
                for (int i = 0; i < expected; i++) {
                    assign(parts.targets().get(i), items.get(i), frame);
                }
            }
        }
    }
}
