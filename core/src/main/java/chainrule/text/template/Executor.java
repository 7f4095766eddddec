package chainrule.text.template;

import chainrule.text.template.Stmt.Scope;
import chainrule.text.template.Stmt.Target;
import chainrule.text.template.Value.Undefined;
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
    private StringBuilder out = new StringBuilder();

    Executor(Evaluator evaluator) {
        this.evaluator = evaluator;
    }

    Budget budget() {
        return evaluator.budget();
    }

    /** The text of a whole template. */
    String render(Scope root, Map<String, Object> variables) {
        return capture(() -> run(root.statements(), new Frame(root.names(), variables)));
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

    /** Runs a scope and hands its text on, unless a loop around was left within. */
    private Next capture(Scope scope, Frame around, Consumer<Object> use) {
        var next = new Next[1];
        String text = capture(() -> next[0] = runScope(scope, around));
        if (next[0] == Next.STATEMENT) {
            use.accept(text);
        }
        return next[0];
    }

    private Next runScope(Scope scope, Frame around) {
        return run(scope.statements(), new Frame(scope.names(), around));
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
                frame.set(definition.macro().name(), new Macro(definition.macro(), frame, this));
            case Stmt.CallBlock block ->
                output(evaluator.call(block.call(), frame, new Macro(block.caller(), frame, this)));
            case Stmt.Generation generation -> runScope(generation.body(), frame);
            case Stmt.FilterBlock block -> {
                return capture(block.body(), frame, text -> output(evaluator.filter(block.filter(), frame, text)));
            }
            case Stmt.With with -> {
                return with(with, frame);
            }
        }
        return Next.STATEMENT;
    }

    private void output(Object value) {
        print(evaluator.str(value));
    }

    private Next branch(Stmt.If branch, Frame frame) {
        int taken = 0;
        while (taken < branch.tests().size() && !evaluator.isTrue(branch.tests().get(taken), frame)) {
            taken++;
        }
        return taken < branch.bodies().size() ? run(branch.bodies().get(taken), frame) : Next.STATEMENT;
    }

    /** A loop's whole run; what leaves the {@code else} part may leave a loop around. */
    private Next loop(Stmt.For loop, Frame frame) {
        Object items = evaluator.evaluate(loop.items(), frame);
        boolean all = loop.test().test() == null;
        Iterator<Object> source = Values.iterate(budget(), items);
        var counter = new Loop(
                budget(),
                all ? source : Lazy.filter(source, item -> chosen(loop, item, frame)),
                all ? Values.size(items) : -1);
        boolean completed = false;
        while (counter.hasNext()) {
            budget().elements(1);
            var body = new Frame(loop.body().names(), frame);
            assign(loop.target(), counter.next(), body);
            if (loop.counted()) {
                body.set("loop", counter);
            }
            Next next = run(loop.body().statements(), body);
            if (next == Next.BREAK) {
                break;
            }
            completed |= next == Next.STATEMENT;
        }
        // As in Jinja, a loop of which no round ran to its end counts as empty.
        return completed ? Next.STATEMENT : runScope(loop.otherwise(), frame);
    }

    private boolean chosen(Stmt.For loop, Object item, Frame frame) {
        var scope = new Frame(loop.test().names(), frame);
        assign(loop.target(), item, scope);
        return evaluator.isTrue(Objects.requireNonNull(loop.test().test()), scope);
    }

    private Next with(Stmt.With with, Frame frame) {
        var inner = new Frame(with.body().names(), frame);
        for (int i = 0; i < with.targets().size(); i++) {
            assign(with.targets().get(i), evaluator.evaluate(with.values().get(i), frame), inner);
        }
        return run(with.body().statements(), inner);
    }

    /** The text of a macro with the values of its parameters. */
    Object call(Stmt.Callee callee, Frame around, Map<String, Object> values) {
        budget().enter();
        var frame = new Frame(callee.body().names(), around);
        values.forEach(frame::set);
        for (int i = 0; i < callee.parameters().size(); i++) {
            String name = callee.parameters().get(i);
            if (frame.get(name) == Frame.MISSING) {
                frame.set(name, missing(name, callee.defaults().get(i), frame));
            }
        }
        String text = capture(() -> run(callee.body().statements(), frame));
        budget().leave();
        return text;
    }

    private Object missing(String parameter, @Nullable Expr value, Frame frame) {
        return value == null
                ? new Undefined("parameter " + Repr.quote(parameter) + " was not provided")
                : evaluator.evaluate(value, frame);
    }

    private void assign(Target target, Object value, Frame frame) {
        switch (target) {
            case Target.Variable variable -> frame.set(variable.name(), value);
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
