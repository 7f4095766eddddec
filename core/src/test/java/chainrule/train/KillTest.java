package chainrule.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes killed with SIGKILL go on to the weights of one that never stopped. */
@Tag("slow")
class KillTest {
    @TempDir
    Path home;

    @Test
    void killedInTheMiddleOfAStep() throws Exception {
        Path folder = home.resolve("run");
        killAt(folder, "batch", "" + 2 * 22);
        assertThat(folder.resolve("checkpoints/step-20")).exists();
        assertThat(finish(folder, "resume")).isZero();
        assertSameAsUninterrupted(folder);
    }

    @Test
    void killedWhileACheckpointIsWritten() throws Exception {
        Path folder = home.resolve("run");
        killAt(folder, "checkpoint", "16");
        assertThat(folder.resolve("checkpoints/step-16.tmp")).exists();
        assertThat(Files.readString(folder.resolve("checkpoints/latest")).strip())
                .isEqualTo("step-12");
        assertThat(finish(folder, "resume")).isZero();
        assertThat(folder.resolve("checkpoints/step-16.tmp")).doesNotExist();
        assertSameAsUninterrupted(folder);
    }

    @Test
    void killedAgainAndAgainAtAnyMoment() throws Exception {
        Path folder = home.resolve("run");
        SplittableRandom random = new SplittableRandom(3);
        Process first = Child.start(folder, "start", "never");
        while (!Files.exists(folder.resolve("checkpoints/latest")) && first.isAlive()) {
            Thread.sleep(5);
        }
        first.destroyForcibly().waitFor();
        for (int i = 0; i < 6; i++) {
            Process child = Child.start(folder, "resume", "never");
            child.waitFor(1500 + random.nextInt(1500), TimeUnit.MILLISECONDS);
            child.destroyForcibly().waitFor();
        }
        assertThat(finish(folder, "resume")).isZero();
        assertSameAsUninterrupted(folder);
    }

    @Test
    void toldToEndItSavesFirst() throws Exception {
        Path folder = home.resolve("run");
        Process child = Child.start(folder, "start", "slowly");
        while (!Files.exists(folder.resolve("checkpoints/step-4")) && child.isAlive()) {
            Thread.sleep(5);
        }
        child.destroy();
        assertThat(child.waitFor()).isEqualTo(128 + 15);
        try (RunFolder run = RunFolder.resume(folder)) {
            long last = run.measurements().getLast().step();
            assertThat(last).isLessThan(40);
            assertThat(run.checkpoint()).hasFileName("step-" + last);
        }
        assertThat(finish(folder, "resume")).isZero();
        assertSameAsUninterrupted(folder);
    }

    private void assertSameAsUninterrupted(Path folder) {
        Path whole = home.resolve("whole");
        assertThat(exit(whole, "start")).isZero();
        assertThat(Toy.weights(folder)).isEqualTo(Toy.weights(whole));
        assertThat(Toy.moments(folder)).isEqualTo(Toy.moments(whole));
        try (RunFolder run = RunFolder.resume(folder)) {
            assertThat(run.measurements().stream().map(Measurement::step))
                    .hasSize(40)
                    .doesNotHaveDuplicates();
        }
    }

    private static void killAt(Path folder, String kind, String at) throws Exception {
        Process child = Child.start(folder, "start", kind, at);
        while (!Files.exists(Path.of(folder + ".there")) && child.isAlive()) {
            Thread.sleep(5);
        }
        assertThat(child.isAlive())
                .as(Files.readString(Path.of(folder + ".log")))
                .isTrue();
        child.destroyForcibly().waitFor();
    }

    private static int finish(Path folder, String how) throws IOException, InterruptedException {
        return Child.start(folder, how, "never").waitFor();
    }

    private static int exit(Path folder, String how) {
        try {
            return finish(folder, how);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
