package chainrule.train;

import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;

/**
 * Ctrl-C, or another signal to end, as a question that a loop asks: while this is open the process waits, when told to
 * end, until this is closed.
 */
public final class Interrupt implements BooleanSupplier, AutoCloseable {
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread hook = Thread.ofPlatform().name("interrupt").unstarted(this::await);

    public Interrupt() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Whether the process was told to end. */
    @Override
    public boolean getAsBoolean() {
        return asked.getCount() == 0;
    }

    /** Asks for the end as a signal does. */
    public void ask() {
        asked.countDown();
    }

    @Override
    public void close() {
        over.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending already; the hook has just been released.
            asked.countDown();
        }
    }

    private void await() {
        asked.countDown();
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
