package chainrule.apps.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Ctrl-C, heard by processes of their own, and a reader that goes away. */
class InterruptTest {
    @TempDir
    static Path models;

    private static String model = "";

    @TempDir
    private Path folder;

    /** A model that would go on for minutes. */
    @BeforeAll
    static void makeAnEndlessModel() throws IOException {
        Path made = ChatFolder.make(models, "endless");
        Path file = made.resolve("config.json");
        ObjectNode config = (ObjectNode) JsonMapper.shared().readTree(Files.readString(file));
        config.put("max_position_embeddings", 300_000).remove("eos_token_id");
        Files.writeString(file, config.toString());
        model = made.toString();
    }

    private static boolean written(Path file) {
        return file.toFile().length() > 0;
    }

    private static void clean(Child child) throws IOException {
        assertThat(child.out()).endsWith("\n");
        assertThat(child.err()).doesNotContain("Exception", "\tat ");
    }

    @Test
    void anInterruptedTextEndsWithItsLineAndSaysSo() throws IOException, InterruptedException {
        try (Child child = Child.start(
                folder, Map.of(), "generate", "once", "--model", model, "--compute", "f32", "--max-tokens", "290000")) {
            child.await(() -> written(folder.resolve("out.txt")));
            assertThat(child.interrupt()).isEqualTo(130);
            clean(child);
            assertThat(child.err().lines().toList().getLast()).matches("\\d+ tokens in .*, ended by cancelled");
        }
    }

    @Test
    void anInterruptedConversationEndsWithItsLine() throws IOException, InterruptedException {
        try (Child child = Child.start(
                folder,
                Map.of(),
                "chat",
                "--model",
                model,
                "--compute",
                "f32",
                "--decoding",
                "greedy",
                "--max-tokens",
                "290000")) {
            child.say("once");
            child.await(() -> written(folder.resolve("out.txt")));
            assertThat(child.interrupt()).isEqualTo(130);
            clean(child);
        }
    }

    @Test
    void aConversationThatWaitsForALineEndsAtOnce() throws IOException, InterruptedException {
        try (Child child =
                Child.start(folder, Map.of(), "chat", "--model", model, "--compute", "f32", "--max-tokens", "3")) {
            child.say("once");
            child.await(() -> written(folder.resolve("out.txt")));
            Thread.sleep(200);
            assertThat(child.interrupt()).isEqualTo(130);
            clean(child);
        }
    }

    @Test
    void anInterruptedTrainingSavesAndSaysHowToGoOn() throws IOException, InterruptedException {
        Files.writeString(folder.resolve("corpus.txt"), "once upon a time there was a very small model. ".repeat(80));
        String[] command = ("train --data corpus.txt --out run --steps 1000000 --batch 2 --length 16 --layers 1"
                        + " --width 32 --heads 2 --vocabulary 300 --threads 1")
                .split(" ");
        try (Child child = Child.start(folder, Map.of(), command)) {
            child.await(() -> written(folder.resolve("run/metrics.jsonl")));
            assertThat(child.interrupt()).as(child.err()).isEqualTo(130);
            assertThat(child.err().lines().toList().getLast())
                    .matches("Stopped and saved after step \\d+\\. Go on with: ./chainrule train --resume --out run");
            assertThat(folder.resolve("run/checkpoints/latest")).isNotEmptyFile();
        }
    }

    @Test
    void aTextWhoseReaderHasGoneEnds() {
        var gone = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        var console =
                new Console(InputStream.nullInputStream(), new PrintStream(gone), new PrintStream(gone), Map.of());
        String[] args = {"generate", "once", "--model", model, "--compute", "f32", "--max-tokens", "290000"};
        assertThat(Main.run(args, console)).isEqualTo(130);
    }
}
