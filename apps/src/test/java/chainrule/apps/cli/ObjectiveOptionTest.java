package chainrule.apps.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code train --objective}. */
class ObjectiveOptionTest {
    private static final String SUM = "next-token + 0.5*contrastive-token:window=4 + sim-ctg";

    @TempDir
    Path folder;

    private Path run;

    @BeforeEach
    void text() throws IOException {
        run = folder.resolve("run");
        Files.writeString(folder.resolve("story.txt"), "once upon a time there was a story. ".repeat(80));
    }

    private Run train(String... more) {
        String shape = "train --steps 3 --batch 2 --length 16 --layers 1 --width 32 --heads 2 --vocabulary 300 --json";
        String[] where = {"--data", folder.resolve("story.txt").toString(), "--out", run.toString()};
        return Run.of(
                Stream.of(shape.split(" "), where, more).flatMap(Arrays::stream).toArray(String[]::new));
    }

    @Test
    void aSumIsTrainedLoggedByMembersAndKeptByResume() throws IOException {
        train("--objective", SUM).done();
        assertThat(Files.readAllLines(run.resolve("metrics.jsonl")))
                .hasSize(3)
                .allMatch(l -> l.contains("\"loss/contrastive-token\":") && l.contains("\"loss/sim-ctg\":"));
        assertThat(Run.of("train", "--resume", "--json", "--out", run.toString())
                        .json()
                        .get("step")
                        .intValue())
                .isEqualTo(3);
        Path command = run.resolve("command.json");
        Files.writeString(command, Files.readString(command).replace("window=4", "window=5"));
        Run other = Run.of("train", "--resume", "--json", "--out", run.toString());
        assertThat(other.code()).isEqualTo(3);
        assertThat(other.err().lines().toList().getLast()).contains("objective " + SUM, "window=5");
    }

    @Test
    void helpNamesEveryObjectiveWithItsSettings() {
        assertThat(Run.of("train", "--help").done())
                .contains("--objective=SPEC", "contrastive-token:positions=(fraction:share=0.25)", "sim-ctg:rho=0.5")
                .contains("sequence-unlikelihood:prefix=50,tokens=100,ngram=4");
    }

    @Test
    void anUnknownObjectiveIsRefusedBeforeAnythingIsMade() {
        train("--objective", "next-tokn").refused(3, "next-tokn", "Did you mean 'next-token'?");
        train("--objective", "next-token + next-token").refused(3, "twice");
        assertThat(run).doesNotExist();
    }

    @Test
    void rowsThatAnObjectiveCannotUseAreSaid() {
        Run refused = train("--objective", "next-token + sequence-unlikelihood");
        assertThat(refused.code()).isEqualTo(3);
        assertThat(refused.err().lines().toList().getLast()).contains("no prefix of 50");
    }
}
