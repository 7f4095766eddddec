package chainrule.apps.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chainrule.data.TokenFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class FineTuneTest {
    private static final String CHAT =
            "{\"messages\": [{\"role\": \"user\", \"content\": \"a time\"}, {\"role\": \"assistant\", \"content\": \"upon %s\"}]}\n";

    @TempDir
    Path folder;

    private Path model = Path.of("");
    private Path data = Path.of("");

    @BeforeEach
    void makeAModelAndChats() throws IOException {
        model = ChatFolder.make(folder, "model");
        data = chats(folder.resolve("chats.jsonl"), 10);
    }

    private static Path chats(Path file, int count) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < count; i++) {
            lines.append(CHAT.formatted("once ".repeat(1 + i % 3).strip()));
        }
        return Files.writeString(file, lines);
    }

    private Run train(String... options) {
        String[] usual = {
            "train",
            "--from",
            model.toString(),
            "--data",
            data.toString(),
            "--out",
            run().toString(),
            "--batch",
            "4",
            "--learning-rate",
            "0.01",
            "--prompt",
            "u:a time a:"
        };
        return Run.of(Stream.of(usual, options).flatMap(Stream::of).toArray(String[]::new));
    }

    private Path run() {
        return folder.resolve("run");
    }

    @Test
    void aModelLearnsTheAnswersOfChats() {
        JsonNode json = train("--steps", "30", "--json").json();
        assertThat(json.get("heldOutLossBefore").doubleValue()).isGreaterThan(4);
        assertThat(json.get("heldOutLoss").doubleValue()).isLessThan(1.5);
        try (TokenFile file = TokenFile.open(run().resolve("data/training.tokens"))) {
            assertThat(file.masked()).isTrue();
            assertThat(file.documents()).isEqualTo(10);
        }
        assertThat(Run.of("generate", "a time", "--chat", "--model", run().toString(), "--max-tokens", "3")
                        .done())
                .startsWith("upon once");
    }

    @Test
    void oneExampleIsShownWithWhatIsOnlyReadInBracketsAndTheLossBeforeAndAfter() {
        Run plain = train("--steps", "30");
        plain.done();
        assertThat(plain.err())
                .contains("what is in brackets is read, the rest is trained:\n[u:a time a:]upon once \n")
                .contains("before step 1: held-out loss")
                .containsPattern("Held-out loss: \\d\\.\\d{4} before, \\d\\.\\d{4} after");
    }

    @Test
    void nothingIsShownBesideTheJsonAndOnATerminalItIsDimmed() {
        assertThat(train("--steps", "30", "--json").err()).doesNotContain("upon once");
        var terminal = Map.of("CHAINRULE_TERMINAL", "1", "CHAINRULE_COLOURS", "1");
        Run dimmed = Run.in(
                terminal,
                "",
                "train",
                "--from",
                model.toString(),
                "--data",
                data.toString(),
                "--out",
                folder.resolve("other").toString(),
                "--steps",
                "1",
                "--batch",
                "1",
                "--prompt",
                "");
        assertThat(dimmed.err())
                .contains("what is dim is read, the rest is trained:\n\u001b[2mu:a time a:\u001b[22mupon once");
    }

    @Test
    void aLineThatCannotBeTrainedOnIsOneSentenceAndNoRunIsLeft() throws IOException {
        Files.writeString(data, CHAT.formatted("x") + "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}\n");
        refused(train(), data + " line 2 has nothing to train: give it an answer with a text.");
        Files.writeString(data, CHAT.formatted("x") + "{\"text\": \"x\"}\n");
        refused(train(), data + " line 2 has text or ids where the first line has messages");
        Files.writeString(data, CHAT.formatted("once ".repeat(30)));
        refused(train("--length", "16"), data + " line 1 has", "more than a row of 16 takes");
    }

    private void refused(Run run, String... parts) {
        assertThat(run.code()).isEqualTo(3);
        assertThat(run.err().lines().toList().getLast())
                .startsWith("chainrule: ")
                .contains(parts);
        assertThat(run()).doesNotExist();
    }

    @Test
    void aFreshModelIsNotTaughtByChats() {
        Run.of("train", "--data", data.toString(), "--out", run().toString()).refused(3, "messages", "--from");
    }

    @Test
    void longExamplesAreCutWhereThatIsAskedForAndCounted() throws IOException {
        Files.writeString(data, CHAT.formatted("once ".repeat(30)) + CHAT.formatted("once"));
        Run cut = train("--length", "16", "--truncate", "--steps", "1");
        cut.done();
        assertThat(cut.err()).contains("1 of the examples were longer than a row and cut");
    }

    @Test
    void completionsAndIdsAreTrainedToo() throws IOException {
        Files.writeString(data, "{\"prompt\": \"once upon\", \"completion\": \" a time\"}\n".repeat(3));
        Run completions = train("--steps", "1");
        completions.done();
        assertThat(completions.err()).contains("[once upon] a time<|endoftext|>");
        Files.writeString(data, "{\"ids\": [1, 2, 3, 4, 5, 6]}\n".repeat(30));
        Run ids = Run.of(
                "train",
                "--from",
                model.toString(),
                "--data",
                data.toString(),
                "--out",
                folder.resolve("ids").toString(),
                "--steps",
                "1",
                "--batch",
                "1",
                "--length",
                "8",
                "--prompt",
                "");
        ids.done();
        assertThat(ids.err()).doesNotContain("brackets");
    }

    @Test
    void pairsOfAnswersMakeTheBetterOneLikelier() throws IOException {
        Files.writeString(data, "{\"prompt\": \"a time\", \"chosen\": \" upon\", \"rejected\": \" once\"}\n".repeat(6));
        JsonNode json =
                train("--steps", "12", "--objective", "dpo:beta=0.1", "--json").json();
        assertThat(json.get("heldOutLossBefore").doubleValue()).isCloseTo(Math.log(2), within(1e-4));
        assertThat(json.get("heldOutLoss").doubleValue()).isLessThan(0.5);
        assertThat(run().resolve("data/reference.f64")).hasSize(12 * 8);
        JsonNode again =
                Run.of("train", "--resume", "--out", run().toString(), "--json").json();
        assertThat(again.get("heldOutLoss")).isEqualTo(json.get("heldOutLoss"));
    }

    @Test
    void pairsAndTheirObjectiveGoTogether() throws IOException {
        refused(
                train("--objective", "dpo"),
                "have messages: --objective dpo, and no other, learns from prompt, chosen and rejected");
        Files.writeString(data, "{\"prompt\": \"a\", \"chosen\": \"b\", \"rejected\": \"c\"}\n");
        refused(train(), "have prompt, chosen and rejected: --objective dpo");
    }

    @Test
    void aFinishedRunResumedTellsTheSameLosses() {
        JsonNode first = train("--steps", "30", "--json").json();
        JsonNode again =
                Run.of("train", "--resume", "--out", run().toString(), "--json").json();
        for (String name : List.of("heldOutLossBefore", "heldOutLoss", "step")) {
            assertThat(again.get(name)).isEqualTo(first.get(name));
        }
    }
}
