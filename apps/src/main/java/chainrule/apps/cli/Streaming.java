package chainrule.apps.cli;

import chainrule.decode.Event;
import chainrule.decode.Generation;
import chainrule.decode.Result;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Follows a text to its end. Ctrl-C, and a reader of the results that goes away, end it after the current pass. */
record Streaming(Console console, boolean shown) {
    /** The whole continuation; where it is shown, a line's end follows it. */
    Result follow(Generation generation) throws InterruptedException {
        var over = new CountDownLatch(1);
        Thread atEnd = Thread.ofPlatform().unstarted(() -> {
            generation.cancel();
            try {
                over.await(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Runtime.getRuntime().addShutdownHook(atEnd);
        try {
            for (Optional<Event> event = generation.next(); event.isPresent(); event = generation.next()) {
                if (shown) {
                    show(event.get(), generation);
                }
            }
            return generation.result();
        } finally {
            over.countDown();
            release(atEnd);
        }
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

    private static void release(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending; the hook has just been let go.
            Thread.onSpinWait();
        }
    }
}
