package chainrule.decode;

import chainrule.BadInput;
import chainrule.model.CausalLM;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Continues any number of texts together, each by its own method: one pass of the model reads what all of them propose.
 * A text's tokens and their log-probabilities do not depend on the others, bit for bit.
 *
 * <p>Texts that come by {@link #submit} are worked on by one thread of the engine's own, the only one then that calls the
 * model, so any kind of thread may submit and wait. {@link #run} works on the caller's thread while there is no other,
 * which is what a program without concurrency wants. The model is the caller's to close, after the engine.
 */
public final class Engine implements AutoCloseable {
    /**
     * What the texts may take together; others wait.
     *
     * @param texts that are worked on at a time
     * @param cacheBytes that their caches may come to, each text counted at its maximal length
     */
    public record Limits(int texts, long cacheBytes) {
        /** Sixteen texts, any size. */
        public Limits() {
            this(16, Long.MAX_VALUE);
        }

        public Limits {
            if (texts < 1 || cacheBytes < 1) {
                throw new BadInput("An engine's limits must be at least one text and one byte, not " + texts + " and "
                        + cacheBytes + ".");
            }
        }
    }

    /** What an engine is doing: texts it works on, texts that wait, bytes in caches, after the last pass. */
    public record Load(int active, int waiting, long cacheBytes) {}

    private final CausalLM lm;
    private final Lockstep texts;
    private final Queue<Generation> waiting = new ConcurrentLinkedQueue<>();
    private final ReentrantLock pass = new ReentrantLock(true);
    private final Object change = new Object();
    private volatile Load load = new Load(0, 0, 0);
    private @Nullable Thread thread;
    private boolean closed;

    public Engine(CausalLM lm) {
        this(lm, new Limits());
    }

    public Engine(CausalLM lm, Limits limits) {
        this.lm = lm;
        this.texts = new Lockstep(lm, limits);
    }

    /**
     * Begins a text on the engine's own thread.
     *
     * @throws BadInput where the request does not fit the model
     */
    public Generation submit(Request request) {
        check(request);
        Generation generation = new Generation(request);
        synchronized (change) {
            enqueue(generation);
            if (thread == null) {
                thread = Thread.ofPlatform().name("chainrule-engine").daemon().start(this::work);
            }
            change.notifyAll();
        }
        return generation;
    }

    /**
     * Continues all these texts to their ends.
     *
     * @throws BadInput where a request does not fit the model, before any text is begun
     * @throws RuntimeException where one of the texts failed, after the others have ended; {@link #submit} tells them apart
     */
    public List<Result> run(List<Request> requests) {
        requests.forEach(this::check);
        if (Thread.currentThread().isVirtual() || started()) {
            return requests.stream().map(this::submit).toList().stream()
                    .map(Generation::result)
                    .toList();
        }
        List<Generation> all = new ArrayList<>();
        synchronized (change) {
            requests.forEach(r -> all.add(enqueue(new Generation(r))));
        }
        while (!all.stream().allMatch(Generation::over)) {
            pass();
        }
        return all.stream().map(Generation::result).toList();
    }

    /** Continues one text to its end. */
    public Result run(Request request) {
        return run(List.of(request)).getFirst();
    }

    public Load load() {
        return new Load(load.active(), waiting.size(), load.cacheBytes());
    }

    /** Cancels all texts, frees their caches and ends the thread. Closing again does nothing. */
    @Override
    public void close() {
        Thread own;
        synchronized (change) {
            closed = true;
            own = thread;
            change.notifyAll();
        }
        pass.lock();
        try {
            texts.end(waiting, _ -> true);
            load = new Load(0, 0, 0);
        } finally {
            pass.unlock();
        }
        try {
            if (own != null && !own.equals(Thread.currentThread())) {
                own.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The most tokens that the text of {@code request} can have, prompt included. */
    static int maxLength(CausalLM lm, Request request) {
        return (int) Math.min((long) request.prompt().length + request.maxTokens(), lm.context());
    }

    private boolean started() {
        synchronized (change) {
            return thread != null;
        }
    }

    private Generation enqueue(Generation generation) {
        if (closed) {
            throw new IllegalStateException("the engine is closed");
        }
        waiting.add(generation);
        return generation;
    }

    private void check(Request request) {
        int length = request.prompt().length;
        if (length > lm.context()) {
            throw new BadInput("The prompt has " + length + " tokens, more than the model's context of " + lm.context()
                    + ": shorten it.");
        }
        for (int id : request.prompt()) {
            checkToken("The prompt", id);
        }
        request.stops().tokens().forEach(id -> checkToken("A stop", id));
        request.rules().check(lm.vocabulary());
        request.decoding().check(lm);
    }

    private void checkToken(String where, int id) {
        if (id < 0 || id >= lm.vocabulary()) {
            throw new BadInput(
                    where + " has token " + id + ", but the vocabulary ends at " + (lm.vocabulary() - 1) + ".");
        }
    }

    private void pass() {
        pass.lock();
        try {
            texts.pass(waiting);
            load = new Load(texts.size(), waiting.size(), texts.cacheBytes());
        } finally {
            pass.unlock();
        }
    }

    private void work() {
        while (true) {
            synchronized (change) {
                while (!closed && waiting.isEmpty() && load.active() == 0) {
                    try {
                        change.wait();
                    } catch (InterruptedException e) {
                        closed = true;
                    }
                }
                if (closed) {
                    return;
                }
            }
            pass();
        }
    }
}
