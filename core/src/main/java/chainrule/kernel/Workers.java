package chainrule.kernel;

import chainrule.tensor.Natives;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * As many threads as libtorch uses, for loops of a few microseconds: a token is hundreds of them, so a thread that has
 * nothing to do looks out for the next loop for a while before it sleeps. Which thread does which part changes nothing
 * in the result.
 */
public final class Workers {
    /** About 0.2 ms, longer than what lies between two loops of a pass. */
    private static final int LOOKS = 10_000;

    private static final int YIELD = 64;

    private static final long NAP = 20_000;

    private static final ReentrantLock IN_USE = new ReentrantLock();
    private static final List<Worker> HELPERS = helpers();

    private Workers() {}

    /**
     * Runs {@code body} for 0 to {@code count - 1} and returns when all are done. A thread takes a run of neighbours:
     * memory is read half as fast where threads alternate. What a body throws is thrown here when all are done.
     */
    public static void each(int count, IntConsumer body) {
        run(Math.min(count, HELPERS.size() + 1), count, body);
    }

    /** As {@link #each}, but a thread that is done takes the next number: for bodies of very different lengths. */
    public static void eachInTurn(int count, IntConsumer body) {
        run(count, count, body);
    }

    /** A part of a range. */
    @FunctionalInterface
    public interface Share {
        /** Numbers {@code from} to {@code to - 1}. */
        void work(int from, int to);
    }

    /** Gives each thread one run of neighbours among 0 to {@code count - 1}: for what is set up once for all of them. */
    public static void share(int count, Share share) {
        int parts = Math.min(count, HELPERS.size() + 1);
        run(parts, parts, part -> share.work(bound(part, count, parts), bound(part + 1, count, parts)));
    }

    /** Lets other threads go first now and then: compilers, while loops are still slow. */
    @SuppressWarnings("ThreadPriorityCheck") // Nothing relies on it: without the yield the same is found, later.
    private static void look(int number) {
        if (number % YIELD == YIELD - 1) {
            Thread.yield();
        } else {
            Thread.onSpinWait();
        }
    }

    private static int bound(int part, int count, int parts) {
        return (int) ((long) count * part / parts);
    }

    private static void run(int parts, int count, IntConsumer body) {
        if (count == 1 || HELPERS.isEmpty() || IN_USE.isHeldByCurrentThread() || !IN_USE.tryLock()) {
            for (int i = 0; i < count; i++) {
                body.accept(i);
            }
            return;
        }
        try {
            Loop loop = new Loop(parts, count, body);
            HELPERS.forEach(h -> h.give(loop));
            loop.work();
            loop.finish();
        } finally {
            IN_USE.unlock();
        }
    }

    private static List<Worker> helpers() {
        Natives.load();
        int threads = torch.get_num_threads();
        Semaphore started = new Semaphore(0);
        List<Worker> all = new ArrayList<>();
        for (int i = 1; i < threads; i++) {
            Worker worker = new Worker(started);
            worker.setDaemon(true);
            worker.setName("chainrule-worker-" + i);
            worker.start();
            all.add(worker);
        }
        started.acquireUninterruptibly(all.size());
        torch.set_num_threads(threads);
        return List.copyOf(all);
    }

    private static final class Loop {
        private final int parts;
        private final int count;
        private final IntConsumer body;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger done = new AtomicInteger();
        private volatile @Nullable Throwable failure;

        Loop(int parts, int count, IntConsumer body) {
            this.parts = parts;
            this.count = count;
            this.body = body;
        }

        /** Does parts until none is left. */
        void work() {
            for (int part = next.getAndIncrement(); part < parts; part = next.getAndIncrement()) {
                try {
                    int end = bound(part + 1, count, parts);
                    for (int i = bound(part, count, parts); i < end; i++) {
                        body.accept(i);
                    }
                } catch (RuntimeException | Error e) {
                    failure = e;
                } finally {
                    done.incrementAndGet();
                }
            }
        }

        /** Waits for the parts that others do. */
        void finish() {
            for (int look = 0; done.get() < parts; look++) {
                if (look < LOOKS) {
                    look(look);
                } else {
                    LockSupport.parkNanos(NAP);
                }
            }
            switch (failure) {
                case null -> {}
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                case Throwable e -> throw new IllegalStateException(e);
            }
        }
    }

    private static final class Worker extends Thread {
        private volatile @Nullable Loop given;
        private volatile boolean asleep;
        private final Semaphore started;

        Worker(Semaphore started) {
            this.started = started;
        }

        void give(Loop loop) {
            given = loop;
            if (asleep) {
                LockSupport.unpark(this);
            }
        }

        @Override
        public void run() {
            // In a loop's body libtorch must not start threads of its own: all processors have work.
            torch.set_num_threads(1);
            started.release();
            Loop last = null;
            while (true) {
                last = next(last);
                last.work();
            }
        }

        private Loop next(@Nullable Loop last) {
            for (int look = 0; ; look++) {
                Loop loop = given;
                if (loop != null && loop != last) {
                    return loop;
                }
                if (look < LOOKS) {
                    look(look);
                } else {
                    asleep = true;
                    if (given == last) {
                        LockSupport.park(this);
                    }
                    asleep = false;
                }
            }
        }
    }
}
