package chainrule;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    /** Shows nothing that is not flushed, as the command line's streams do. */
    private final PrintStream out = new PrintStream(new BufferedOutputStream(bytes), false, StandardCharsets.UTF_8);

    private long now;

    private Progress progress(boolean terminal) {
        return new Progress("train", 100, Progress.Unit.COUNT, new Progress.Screen(out, terminal), () -> now);
    }

    private void seconds(double seconds) {
        now += (long) (seconds * 1e9);
    }

    private String shown() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void elsewhereThanOnATerminalALineComesEveryTenSeconds() {
        Progress progress = progress(false);
        progress.update(0, "");
        for (int i = 1; i <= 25; i++) {
            seconds(1);
            progress.update(i, "loss " + i);
        }
        assertThat(shown().lines())
                .containsExactly(
                        "train 0/100", "train 10/100  loss 10  1m 30s left", "train 20/100  loss 20  1m 20s left");
    }

    @Test
    void onATerminalTheLineIsRewrittenAndEndedOnce() {
        try (Progress progress = progress(true)) {
            progress.update(40, "");
            seconds(0.05);
            progress.update(41, "too soon");
            seconds(10);
            progress.update(45, "loss 2");
            progress.print("a sample");
        }
        assertThat(shown())
                .doesNotContain("too soon")
                .endsWith("\rtrain 45/100  loss 2  1m 50s left\u001b[K" + System.lineSeparator() + "a sample"
                        + System.lineSeparator());
    }

    @Test
    void theLastUpdateIsAlwaysShownWithTheTimeItTook() {
        Progress progress = progress(false);
        progress.update(0, "");
        seconds(3);
        progress.update(100, "done");
        assertThat(shown().lines()).last().isEqualTo("train 100/100  done  in 3s");
    }

    @Test
    void bytesAreShownInTheUnitThatSuitsTheirTotal() {
        for (long total : new long[] {2_500, 340_000_000, 4_700_000_000L}) {
            var screen = new Progress.Screen(out, false);
            var progress = new Progress("read", total, Progress.Unit.BYTES, screen, () -> now);
            progress.update(total / 2, "");
        }
        assertThat(shown().lines()).containsExactly("read 1.3/2.5 kB", "read 170.0/340.0 MB", "read 2.4/4.7 GB");
    }

    @Test
    void timesReadAsPeopleSayThem() {
        assertThat(Progress.text(Duration.ofSeconds(59))).isEqualTo("59s");
        assertThat(Progress.text(Duration.ofSeconds(61))).isEqualTo("1m 01s");
        assertThat(Progress.text(Duration.ofSeconds(7500))).isEqualTo("2h 05m");
    }
}
