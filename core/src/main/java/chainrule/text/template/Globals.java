package chainrule.text.template;

import static chainrule.text.template.Builtin.of;
import static chainrule.text.template.Builtin.open;
import static chainrule.text.template.Builtin.seeing;

import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The functions a chat template finds as variables. Source: {@code _cached_compile_jinja_template} in
 * transformers/utils/chat_template_utils.py, version 5.23; jinja2/utils.py and jinja2/sandbox.py, version 3.1.
 */
final class Globals {
    private static final long MAX_RANGE = 100_000;

    private static final Map<String, Builtin> FUNCTIONS = Builtin.table(
            open("range", (_, args) -> range(args)),
            open("dict", (e, args) -> dict(e, args)),
            open("namespace", Globals::namespace),
            seeing("joiner", "sep=', '", (_, a) -> joiner(a[0])),
            of("raise_exception", "message", (e, a) -> {
                throw new TemplateException(e.str(a[0]), e.line(), true);
            }),
            of("strftime_now", "format", Globals::now));

    private Globals() {}

    static Map<String, Object> all() {
        return new HashMap<>(FUNCTIONS);
    }

    private static Object range(Args args) {
        List<Object> bounds = args.positional();
        if (bounds.isEmpty() || bounds.size() > 3 || !args.named().isEmpty()) {
            throw new TemplateException("range expected 1 to 3 arguments, got " + bounds.size());
        }
        long first = Arithmetic.index(bounds.getFirst());
        var range = new Value.Range(
                bounds.size() > 1 ? first : 0,
                bounds.size() > 1 ? Arithmetic.index(bounds.get(1)) : first,
                bounds.size() > 2 ? Arithmetic.index(bounds.get(2)) : 1);
        if (range.step() == 0) {
            throw new TemplateException("range() arg 3 must not be zero");
        }
        // Bounds this far apart would overflow what counts the items.
        boolean far = Math.max(Math.abs((double) range.start()), Math.abs((double) range.stop())) > 1e18
                || Math.abs((double) range.step()) > 1e18;
        if (far || range.size() > MAX_RANGE) {
            throw new TemplateException(
                    "Range too big. The sandbox blocks ranges larger than MAX_RANGE (" + MAX_RANGE + ").");
        }
        return range;
    }

    private static Dict dict(Evaluator e, Args args) {
        var dict = new Dict();
        if (args.positional().size() > 1) {
            throw new TemplateException(
                    "dict expected at most 1 argument, got " + args.positional().size());
        }
        for (Object source : args.positional()) {
            Values.mustExist(source);
            if (source instanceof Dict other) {
                e.budget().elements(other.size());
                dict.putAll(e.budget(), other);
                continue;
            }
            Values.iterate(e.budget(), source).forEachRemaining(item -> {
                List<Object> pair = Values.list(e.budget(), item);
                if (pair.size() != 2) {
                    throw new TemplateException(
                            "dictionary update sequence element has length " + pair.size() + "; 2 is required");
                }
                dict.put(e.budget(), pair.get(0), pair.get(1));
            });
        }
        args.named().forEach((name, value) -> dict.put(e.budget(), name, value));
        return dict;
    }

    private static Object namespace(Evaluator e, Args args) {
        var namespace = new Value.Namespace();
        dict(e, args).strings().forEach(namespace::set);
        return namespace;
    }

    private static Object now(Evaluator e, Object[] a) {
        if (!(a[0] instanceof String format)) {
            throw new TemplateException("strftime() argument 1 must be str, not " + Values.typeName(a[0]));
        }
        e.budget().charge(16L * format.length());
        var strftime = new Strftime(LocalDateTime.now(e.clock()), e.clock().getZone());
        String text = strftime.format(format);
        e.budget().text(text.length());
        return text;
    }

    /** A separator that is empty the first time. */
    private static Builtin joiner(Object separator) {
        var used = new AtomicBoolean();
        return of("joiner", "", (_, _) -> used.getAndSet(true) ? separator : "");
    }
}
