package chainrule.apps.cli;

import chainrule.decode.Event;
import chainrule.decode.Generation;
import chainrule.decode.Result;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Follows texts to their ends. Ctrl-C, and a reader of the results that goes away, end a text after the current pass; a
 * process that is told to end in the middle of a text waits until this is closed, so that what is left can be said.
 */
final class Streaming implements AutoCloseable {
    private final Console console;
    private final boolean shown;
    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread atEnd = Thread.ofPlatform().name("interrupt").unstarted(this::interrupt);
    private volatile Optional<Generation> current = Optional.empty();

    /** @param shown whether the texts go to the results as they grow, each with a line's end after it */
    Streaming(Console console, boolean shown) {
        this.console = console;
        this.shown = shown;
        Runtime.getRuntime().addShutdownHook(atEnd);
    }

    /** The whole continuation. */
    Result follow(Generation generation) throws InterruptedException {
        current = Optional.of(generation);
        for (Optional<Event> event = generation.next(); event.isPresent(); event = generation.next()) {
            if (shown) {
                show(event.get(), generation);
            }
        }
        current = Optional.empty();
        return generation.result();
    }

    private void show(Event event, Generation generation) {
        if (event instanceof Event.End) {
            console.println(event.text());
        } else {
            console.print(event.text());
        }
        if (console.gone()) {
            generation.cancel();
        }
    }

    private void interrupt() {
        Optional<Generation> running = current;
        if (running.isEmpty()) {
            return;
        }
        running.get().cancel();
        try {
            over.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        over.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(atEnd);
        } catch (IllegalStateException e) {
            // The process is ending; the hook has just been let go.
            Thread.onSpinWait();
        }
    }
}
