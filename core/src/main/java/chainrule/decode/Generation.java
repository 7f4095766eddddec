package chainrule.decode;

import chainrule.BadInput;
import chainrule.decode.Result.Finish;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Queue;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A text that an engine is continuing, as its reader holds it. Events wait here until they are read; the engine never
 * waits for a reader. Closing it cancels what is not finished; the engine drops the text after its current pass.
 */
public final class Generation implements AutoCloseable {
    private final Request request;
    private final Queue<Event> events = new ArrayDeque<>();
    private @Nullable Result result;
    private @Nullable Throwable failure;
    private boolean cancelled;

    Generation(Request request) {
        this.request = request;
    }

    public Request request() {
        return request;
    }

    /** Waits for the next event; empty after the last. @throws RuntimeException where decoding of this text failed */
    public synchronized Optional<Event> next() throws InterruptedException {
        while (events.isEmpty() && !over()) {
            wait();
        }
        if (events.isEmpty() && failure != null) {
            throw failed(failure);
        }
        return Optional.ofNullable(events.poll());
    }

    /** The events from here on. An interrupt while it waits cancels the text; so does closing the stream. */
    public Stream<Event> events() {
        var next =
                new Spliterators.AbstractSpliterator<Event>(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL) {
                    @Override
                    public boolean tryAdvance(Consumer<? super Event> action) {
                        try {
                            Optional<Event> event = next();
                            event.ifPresent(action);
                            return event.isPresent();
                        } catch (InterruptedException e) {
                            throw interrupted(e);
                        }
                    }
                };
        return StreamSupport.stream(next, false).onClose(this::close);
    }

    /** Waits for the whole continuation; what came before a cancellation counts. */
    public synchronized Result result() {
        try {
            while (!over()) {
                wait();
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        Result found = result;
        if (found == null) {
            throw failed(failure);
        }
        return found;
    }

    /** Asks the engine to stop; an end of the kind {@code cancelled} follows unless the text has ended by then. */
    public synchronized void cancel() {
        cancelled = true;
    }

    @Override
    public void close() {
        cancel();
    }

    synchronized boolean cancelled() {
        return cancelled;
    }

    /** Whether the last event has come. */
    public synchronized boolean over() {
        return result != null || failure != null;
    }

    synchronized void add(Event event) {
        events.add(event);
        if (event instanceof Event.End end) {
            result = end.result();
        }
        notifyAll();
    }

    /** Ends it before it was begun. */
    void drop() {
        add(new Event.End(
                new Result(List.of(), "", Finish.CANCELLED, OptionalDouble.empty(), List.of(), Optional.empty()), ""));
    }

    synchronized void fail(Throwable why) {
        if (!over()) {
            failure = why;
            notifyAll();
        }
    }

    private CancellationException interrupted(InterruptedException e) {
        cancel();
        Thread.currentThread().interrupt();
        var cancellation = new CancellationException("interrupted while waiting for a text");
        cancellation.initCause(e);
        return cancellation;
    }

    private static RuntimeException failed(@Nullable Throwable why) {
        return why instanceof BadInput
                ? new BadInput(String.valueOf(why.getMessage()), why)
                : new IllegalStateException("decoding failed: " + why, why);
    }
}
