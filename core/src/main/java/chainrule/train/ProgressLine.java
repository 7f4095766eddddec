package chainrule.train;

import chainrule.Progress;
import java.util.Locale;
import java.util.stream.Collectors;

/** A run on the console: where it begins, then one line of step, loss, speed and time left. */
public final class ProgressLine implements Observer, AutoCloseable {
    private final long steps;
    private final Progress progress;

    public ProgressLine(long steps, Progress progress) {
        this.steps = steps;
        this.progress = progress;
    }

    @Override
    public void started(Start start) {
        progress.print("Memory needed: " + start.need());
        if (start.step() > 0) {
            String losses = start.last().stream()
                    .map(m -> String.format(Locale.ROOT, "%.4f", m.loss()))
                    .collect(Collectors.joining(" "));
            progress.print(String.format(
                    Locale.ROOT,
                    "Resuming after step %d of %d, at row %d (epoch %.2f); last losses %s",
                    start.step(),
                    steps,
                    start.position(),
                    start.epoch(),
                    losses));
        }
        progress.update(start.step(), "");
    }

    @Override
    public void measuredBefore(double heldOutLoss) {
        progress.print(String.format(Locale.ROOT, "before step 1: held-out loss %.4f", heldOutLoss));
    }

    @Override
    public void measured(Measurement m) {
        progress.update(
                m.step(), String.format(Locale.ROOT, "loss %.4f  %s tokens/s", m.loss(), rate(m.tokensPerSecond())));
        m.evaluation()
                .ifPresent(e -> progress.print(String.format(Locale.ROOT, "step %d: held-out loss %.4f", m.step(), e)));
    }

    @Override
    public void close() {
        progress.close();
    }

    private static String rate(double tokens) {
        return tokens < 10_000 ? "%.0f".formatted(tokens) : String.format(Locale.ROOT, "%.1fk", tokens / 1000);
    }
}
