package chainrule.apps.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code distil}. */
class DistilTest {
    private static final String SHAPE = "--batch 2 --length 16 --layers 1 --heads 2 --vocabulary 300 --json";

    @TempDir
    Path folder;

    private Path teacher;
    private Path taught;

    @BeforeEach
    void teacher() throws IOException {
        teacher = folder.resolve("teacher");
        taught = folder.resolve("taught");
        Files.writeString(folder.resolve("story.txt"), "once upon a time there was a story. ".repeat(80));
        run("train", "--steps 3 --width 32", "--out", teacher.toString()).done();
    }

    private Run run(String verb, String settings, String... more) {
        String[] data = {"--data", folder.resolve("story.txt").toString()};
        return Run.of(Stream.of(new String[] {verb}, settings.split(" "), SHAPE.split(" "), data, more)
                .flatMap(Arrays::stream)
                .toArray(String[]::new));
    }

    private Run distil(String... more) {
        String[] who = {"--teacher", teacher.toString(), "--out", taught.toString()};
        return run(
                "distil",
                "--steps 4 --width 16 --save-every 2",
                Stream.of(who, more).flatMap(Arrays::stream).toArray(String[]::new));
    }

    private static List<JsonNode> lines(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .map(l -> JsonMapper.shared().readTree(l))
                .toList();
    }

    @Test
    void aFreshStudentIsTaughtWithTheTeachersTokenizerAndTheReportAddsUp() throws IOException {
        Path report = folder.resolve("report.jsonl");
        JsonNode end = distil("--objective", "atkd:lambda=0.3 + 0.5*next-token", "--report", report.toString())
                .json();
        assertThat(end.get("step").intValue()).isEqualTo(4);
        assertThat(Files.readString(taught.resolve("tokenizer.json")))
                .isEqualTo(Files.readString(teacher.resolve("tokenizer.json")));
        assertThat(lines(taught.resolve("metrics.jsonl")))
                .hasSize(4)
                .allMatch(l -> l.has("loss/atkd") && l.has("loss/next-token"));
        assertThat(lines(report)).isNotEmpty().allSatisfy(l -> {
            assertThat(l.get("unc").doubleValue()).isBetween(0.0, 1.0);
            assertThat(l.get("tkd").doubleValue()).isGreaterThan(-1e-6);
            assertThat(l.get("dkd").doubleValue()).isGreaterThan(-1e-6);
            assertThat(l.get("token").isString()).isTrue();
        });
    }

    @Test
    void aCacheOfAllAnswersTeachesWhatTheTeacherDoesAndServesAnotherRun() throws IOException {
        Path answers = folder.resolve("answers");
        distil("--objective", "forward-kl").json();
        double live = last();
        for (int i = 0; i < 2; i++) {
            taught = folder.resolve("cached" + i);
            distil("--objective", "forward-kl", "--cache", "1000", "--cache-file", answers.toString())
                    .json();
            assertThat(last()).isCloseTo(live, within(1e-4));
        }
        taught = folder.resolve("few");
        distil("--objective", "forward-kl", "--cache", "2").json();
        assertThat(taught.resolve("data/answers-2")).exists();
    }

    private double last() throws IOException {
        return lines(taught.resolve("metrics.jsonl")).getLast().get("loss").doubleValue();
    }

    @Test
    void aRunOnTextsOfItsOwnGoesOnFromACheckpointToTheSameNumbers() throws IOException {
        distil("--sequences", "mixed:student=0.6,teacher=0.3", "--prompt-tokens", "4")
                .json();
        List<JsonNode> whole = lines(taught.resolve("metrics.jsonl"));
        Files.writeString(taught.resolve("checkpoints/latest"), "step-2\n");
        assertThat(Run.of("distil", "--resume", "--json", "--out", taught.toString())
                        .json()
                        .get("step")
                        .intValue())
                .isEqualTo(4);
        List<JsonNode> again = lines(taught.resolve("metrics.jsonl"));
        assertThat(again).hasSize(4);
        for (int i = 0; i < 4; i++) {
            assertThat(again.get(i).get("loss")).isEqualTo(whole.get(i).get("loss"));
        }
        Run.of("train", "--resume", "--out", taught.toString()).refused(3, "does not hold a command of this verb");
    }

    @Test
    void aStudentOfAnotherTokenizerIsRefusedBeforeAnythingIsMade() throws IOException {
        Path other = folder.resolve("other");
        Path text = folder.resolve("other.txt");
        Files.writeString(text, "whales swim under ice floes. ".repeat(80));
        String[] shape = ("train --steps 1 --width 16 --out " + other + " --data " + text + " " + SHAPE).split(" ");
        Run.of(shape).done();
        distil("--student", other.toString()).refused(3, "The teacher knows", "the same tokenizer");
        assertThat(taught).doesNotExist();
    }

    @Test
    void whatCannotBeIsSaidBeforeAnythingIsMade() {
        distil("--objective", "forward-k").refused(3, "no term 'forward-k'", "Did you mean 'forward-kl'?");
        distil("--cache", "4", "--sequences", "student").refused(2, "--cache keeps answers to given texts");
        distil("--sequences", "mine").refused(3, "mine", "given, student, teacher, mixed");
        distil("--prompt-tokens", "40").refused(2, "--prompt-tokens 40");
        Run.of("distil").refused(2, "--teacher MODEL");
        assertThat(taught).doesNotExist();
    }

    @Test
    void helpNamesTheDivergences() {
        assertThat(Run.of("distil", "--help").done())
                .contains("atkd:lambda=0.2,hard=0.5,direction=forward,temperature=1", "mixed:student=0.5,teacher=0")
                .contains("jensen-shannon:beta=0.5,temperature=1", "next-token:chunk=512");
    }
}
