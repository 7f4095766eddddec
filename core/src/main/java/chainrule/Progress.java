package chainrule;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * One line that says how far a long task is and when it will end: rewritten in place on a terminal, otherwise a plain
 * line every few seconds.
 */
public final class Progress implements AutoCloseable {
    /** What is counted. */
    public enum Unit {
        /** Things, of which each is shown. */
        COUNT,
        /** Bytes, shown in kB, MB or GB. */
        BYTES;

        private String of(long done, long total) {
            if (this == COUNT) {
                return done + "/" + total;
            }
            double size = total < 1_000_000 ? 1e3 : total < 1_000_000_000 ? 1e6 : 1e9;
            String name = size == 1e3 ? "kB" : size == 1e6 ? "MB" : "GB";
            return String.format(Locale.ROOT, "%.1f/%.1f %s", done / size, total / size, name);
        }
    }

    /**
     * Where progress is shown.
     *
     * @param terminal whether {@code out} ends on one
     */
    public record Screen(PrintStream out, boolean terminal) {}

    private static final Duration REWRITE = Duration.ofMillis(100);
    private static final Duration PLAIN = Duration.ofSeconds(10);

    private final String what;
    private final long total;
    private final Unit unit;
    private final PrintStream out;
    private final boolean terminal;
    private final LongSupplier nanos;
    private final long began;
    private long first = -1;
    private long shown;
    private boolean pending;

    /** Progress of {@code what} towards {@code total} units. */
    public Progress(String what, long total, Unit unit, Screen screen) {
        this(what, total, unit, screen, System::nanoTime);
    }

    Progress(String what, long total, Unit unit, Screen screen, LongSupplier nanos) {
        this.what = what;
        this.total = total;
        this.unit = unit;
        this.out = screen.out();
        this.terminal = screen.terminal();
        this.nanos = nanos;
        this.began = nanos.getAsLong();
        this.shown = began - PLAIN.toNanos();
    }

    /** {@code done} of the total are done; the first call tells where the task starts from. */
    public void update(long done, String note) {
        long now = nanos.getAsLong();
        first = first < 0 ? done : first;
        if (now - shown >= (terminal ? REWRITE : PLAIN).toNanos() || done == total) {
            shown = now;
            show(line(done, note, now));
        }
    }

    /** A line of its own, above the progress. */
    public void print(String text) {
        close();
        out.println(text);
        out.flush();
    }

    /** Ends the line that is being rewritten. */
    @Override
    public void close() {
        if (pending) {
            out.println();
            pending = false;
        }
    }

    private void show(String line) {
        if (terminal) {
            out.print("\r" + line + "\u001b[K");
            out.flush();
            pending = true;
        } else {
            out.println(line);
            out.flush();
        }
    }

    private String line(long done, String note, long now) {
        String line = what + " " + unit.of(done, total) + (note.isEmpty() ? "" : "  " + note);
        Duration past = Duration.ofNanos(now - began);
        if (done >= total) {
            return line + "  in " + text(past);
        }
        return done > first
                ? line + "  " + text(past.multipliedBy(total - done).dividedBy(done - first)) + " left"
                : line;
    }

    /** As in {@code 2h 05m}, {@code 3m 20s}, {@code 12s}. */
    static String text(Duration time) {
        if (time.toHours() > 0) {
            return "%dh %02dm".formatted(time.toHours(), time.toMinutesPart());
        }
        return time.toMinutes() > 0
                ? "%dm %02ds".formatted(time.toMinutes(), time.toSecondsPart())
                : time.toSeconds() + "s";
    }
}
