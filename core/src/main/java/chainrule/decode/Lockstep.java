package chainrule.decode;

import chainrule.BadInput;
import chainrule.decode.Result.Finish;
import chainrule.model.CausalLM;
import chainrule.model.Segment;
import chainrule.model.Step;
import chainrule.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Predicate;
import org.bytedeco.pytorch.NoGradGuard;

/**
 * The texts that an engine continues together. Every pass admits texts, reads a chunk of prompt, and reads the proposals
 * of all texts whose prompt is read in one go. Used by one thread at a time.
 */
final class Lockstep {
    /**
     * Tokens of a prompt that are read at once, counted from its start: a text's numbers must not depend on its
     * neighbours. A pass reads as many chunks as stay within this number together, and at least one, so that no text
     * waits long for another's prompt.
     */
    private static final int CHUNK = 512;

    private final CausalLM lm;
    private final Engine.Limits limits;
    private final List<Active> active = new ArrayList<>();
    private double bytesPerToken;

    Lockstep(CausalLM lm, Engine.Limits limits) {
        this.lm = lm;
        this.limits = limits;
    }

    int size() {
        return active.size();
    }

    /** The bytes of native memory that the caches hold. */
    long cacheBytes() {
        return active.stream().mapToLong(a -> a.cache().bytes()).sum();
    }

    /** Ends cancelled texts, admits others, then reads. */
    void pass(Queue<Generation> waiting) {
        try (var _ = new Scope();
                var _ = new NoGradGuard()) {
            end(waiting, Generation::cancelled);
            admit(waiting);
            readPrompts();
            decode();
        } catch (RuntimeException | Error e) {
            active.forEach(a -> a.handle().fail(e));
        }
        retire();
    }

    /** Ends the texts that {@code which} picks, as cancelled. */
    void end(Queue<Generation> waiting, Predicate<Generation> which) {
        waiting.stream().filter(which).forEach(Generation::drop);
        waiting.removeIf(Generation::over);
        active.stream().filter(a -> which.test(a.handle())).forEach(a -> guard(a, () -> a.finish(Finish.CANCELLED)));
        retire();
    }

    private void admit(Queue<Generation> waiting) {
        while (!waiting.isEmpty() && active.size() < limits.texts()) {
            Generation next = waiting.peek();
            double need = bytesPerToken * Engine.maxLength(lm, next.request());
            double reserved = active.stream()
                    .mapToDouble(a -> bytesPerToken * a.maxLength())
                    .sum();
            boolean measured = bytesPerToken > 0 || limits.cacheBytes() == Long.MAX_VALUE;
            if (!active.isEmpty() && (!measured || reserved + need > limits.cacheBytes())) {
                return;
            }
            waiting.remove();
            if (need > limits.cacheBytes()) {
                next.fail(new BadInput("The text may need " + (long) need + " bytes of cache, more than the limit of "
                        + limits.cacheBytes() + ": ask for fewer tokens."));
            } else {
                admit(next);
            }
        }
    }

    private void admit(Generation next) {
        try {
            active.add(new Active(lm, next));
        } catch (RuntimeException | Error e) {
            next.fail(e);
        }
        retire();
    }

    private void readPrompts() {
        int budget = CHUNK;
        for (Active a : active) {
            while (a.promptLeft() > 0
                    && !a.handle().over()
                    && !a.handle().cancelled()
                    && (budget == CHUNK || Math.min(CHUNK, a.promptLeft()) <= budget)) {
                budget -= Math.min(CHUNK, a.promptLeft());
                try (var _ = new Scope()) {
                    guard(a, () -> a.readPrompt(CHUNK));
                }
            }
        }
    }

    private void decode() {
        List<Active> ready = active.stream()
                .filter(a -> a.promptLeft() == 0 && !a.handle().over())
                .toList();
        if (ready.isEmpty()) {
            return;
        }
        try (var _ = new Scope()) {
            List<Segment> segments = ready.stream().map(Active::segment).toList();
            List<Step> steps = lm.extend(segments);
            for (int i = 0; i < steps.size(); i++) {
                Active a = ready.get(i);
                Step step = steps.get(i);
                guard(a, () -> a.read(step));
            }
            ready.stream().filter(a -> !a.handle().over()).forEach(a -> guard(a, a::goOn));
        } catch (RuntimeException | Error e) {
            ready.forEach(a -> a.handle().fail(e));
        }
    }

    /** What a text's own method, rule or tokenizer throws ends that text only. */
    private static void guard(Active a, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            a.handle().fail(e);
        }
    }

    private void retire() {
        for (Active a : active) {
            int rows = a.cache().length() + a.cache().live();
            if (rows > 0 && a.cache().bytes() > 0) {
                double measured = (double) a.cache().bytes() / rows;
                bytesPerToken = bytesPerToken == 0 ? measured : Math.min(bytesPerToken, measured);
            }
            if (a.handle().over()) {
                try {
                    a.close();
                } catch (RuntimeException | Error e) {
                    a.handle().fail(e);
                }
            }
        }
        active.removeIf(a -> a.handle().over());
    }
}
