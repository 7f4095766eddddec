package chainrule.apps.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class ChatTest {
    @TempDir
    static Path folder;

    private static String model = "";

    @BeforeAll
    static void makeAModel() throws IOException {
        model = ChatFolder.make(folder, "chat").toString();
    }

    private static String[] chat(String... more) {
        return chat(model, more);
    }

    private static String[] chat(String with, String[] more) {
        return Stream.concat(
                        Stream.of("chat", "--model", with, "--compute", "f32", "--max-tokens", "5"), Stream.of(more))
                .toArray(String[]::new);
    }

    private static String[] greedy(String... more) {
        return Stream.concat(Stream.of(chat("--decoding", "greedy")), Stream.of(more))
                .toArray(String[]::new);
    }

    /** The conversation, each turn as its role's first letter and the text. */
    private static List<String> turns(Run run) {
        List<String> turns = new ArrayList<>();
        for (JsonNode message : run.json().get("messages")) {
            turns.add(message.get("role").stringValue().charAt(0) + ":"
                    + message.get("content").stringValue());
        }
        return turns;
    }

    /** What greedy search says after a raw text. */
    private static String continuation(String prompt) {
        return Run.of("generate", prompt, "--model", model, "--compute", "f32", "--max-tokens", "5", "--json")
                .json()
                .get("texts")
                .get(0)
                .get("text")
                .stringValue();
    }

    @Test
    void everyLineIsAnsweredUntilTheInputEnds() {
        List<String> turns = turns(Run.hearing("once\n\n  \nupon a time", greedy("--json")));
        assertThat(turns).hasSize(4).element(0).isEqualTo("u:once");
        assertThat(turns.get(2)).isEqualTo("u:upon a time");
        Run plain = Run.hearing("once\n\n  \nupon a time", greedy());
        assertThat(plain.done())
                .isEqualTo(turns.get(1).substring(2) + "\n" + turns.get(3).substring(2) + "\n");
        assertThat(plain.err()).isEmpty();
    }

    @Test
    void theModelReadsTheWholeConversation() {
        List<String> turns = turns(Run.hearing("once\nupon\nthere\n", greedy("--json")));
        for (int answer = 1; answer < 6; answer += 2) {
            assertThat(turns.get(answer)).isEqualTo("a:" + continuation(ChatFolder.rendered(turns.subList(0, answer))));
        }
        assertThat(turns.get(3))
                .as("the first turn matters")
                .isNotEqualTo("a:" + continuation(ChatFolder.rendered(List.of("u:upon"))));
    }

    @Test
    void theSystemsMessageComesFirst() {
        List<String> turns = turns(Run.hearing("once\n", greedy("--system", "a time", "--json")));
        assertThat(turns).hasSize(3).startsWith("s:a time", "u:once");
        assertThat(turns.get(2)).isEqualTo("a:" + continuation(ChatFolder.rendered(turns.subList(0, 2))));
    }

    @Test
    void newForgetsAllButTheSystemsMessageAndQuitEnds() {
        Run run = Run.hearing("once\n/new\nupon\n/quit\nthere\n", greedy("--system", "a", "--json"));
        List<String> turns = turns(run);
        assertThat(turns).hasSize(3).startsWith("s:a", "u:upon");
        assertThat(turns.get(2)).isEqualTo("a:" + continuation(ChatFolder.rendered(turns.subList(0, 2))));
    }

    @Test
    void anInputWithoutALineIsAConversationWithoutATurn() {
        assertThat(turns(Run.hearing("", chat("--json")))).isEmpty();
        assertThat(Run.hearing("", chat()).done()).isEmpty();
    }

    @Test
    void withoutAMethodItSamplesAsThePublisherSaysElseMildly() throws IOException {
        List<String> usual = turns(Run.hearing("once\n", chat("--seed", "1", "--json")));
        assertThat(turns(Run.hearing(
                        "once\n", chat("--decoding", "sampling:temperature=0.7,topP=0.95", "--seed", "1", "--json"))))
                .isEqualTo(usual);
        List<String> greedy = turns(Run.hearing("once\n", greedy("--json")));
        assertThat(usual).isNotEqualTo(greedy);
        Path other = ChatFolder.make(folder, "greedy");
        Files.writeString(other.resolve("generation_config.json"), "{\"do_sample\":false,\"eos_token_id\":0}");
        assertThat(turns(Run.hearing("once\n", chat(other.toString(), new String[] {"--seed", "1", "--json"}))))
                .isEqualTo(greedy);
    }

    @Test
    void aModelThatCannotChatIsRefusedBeforeTheFirstMessage() throws IOException {
        Path plain = ChatFolder.make(folder, "plain");
        Files.delete(plain.resolve("chat_template.jinja"));
        Run.of("chat", "--model", plain.toString()).refused(3, plain.toString(), "no chat template");
        Path mute = ChatFolder.make(folder, "mute");
        Files.delete(mute.resolve("tokenizer.json"));
        Run.of("chat", "--model", mute.toString()).refused(3, mute.toString(), "no tokenizer");
    }

    @Test
    void aTemplateThatRefusesASystemsMessageIsHeardBeforeTheFirst() throws IOException {
        Path strict = ChatFolder.make(
                folder,
                "strict",
                "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system here') }}{% endif %}{{ messages[0]['content'] }}");
        Run.of("chat", "--model", strict.toString(), "--system", "Be terse.")
                .refused(3, strict.toString(), "no system here");
        Run.of("chat", "--model", strict.toString()).done();
    }

    @Test
    void aConversationLongerThanTheContextIsRefused() {
        Run run = Run.hearing("time ".repeat(100) + "\n", chat());
        run.refused(3, "64");
    }

    @Test
    void whatTheCommandLineDoesNotKnowIsUsage() {
        Run.of(chat("--sistem", "x")).refused(2, "chat", "--sistem", "chainrule chat --help");
        Run.of(chat("hello")).refused(2, "hello");
        Run.of(chat("--decoding", "gredy")).refused(3, "greedy");
    }
}
