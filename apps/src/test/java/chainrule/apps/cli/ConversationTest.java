package chainrule.apps.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Messages and tools in files. */
class ConversationTest {
    private static final String MESSAGES =
            "[{'role':'system','content':'a'},{'role':'user','content':'once'},{'role':'assistant','content':'upon'},{'role':'user','content':'there'}]"
                    .replace('\'', '"');
    private static final String TOOLS = "[{\"type\":\"function\",\"function\":{\"name\":\"clock\"}}]";
    private static final String RENDERED = "s:a u:once a:upon u:there a:";

    @TempDir
    static Path folder;

    private static String model = "";

    private static String showing = "";

    @BeforeAll
    static void makeModels() throws IOException {
        model = ChatFolder.make(folder, "chat").toString();
        showing =
                ChatFolder.make(folder, "showing", "{{ messages }}{{ tools }}").toString();
    }

    private static String file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content).toString();
    }

    private static String template(String... options) {
        return text(Run.of(with("template", options)).json());
    }

    private static String text(JsonNode json) {
        return json.get("text").stringValue();
    }

    private static String[] with(String verb, String... options) {
        String[] all = new String[options.length + 2];
        System.arraycopy(options, 0, all, 1, options.length);
        all[0] = verb;
        all[all.length - 1] = "--json";
        return all;
    }

    @Test
    void allMessagesOfAFileOrOfStandardInputAreRendered() throws IOException {
        assertThat(template(model, "--messages", file("all.json", MESSAGES))).isEqualTo(RENDERED);
        assertThat(template(model, "--messages", file("object.json", "{\"messages\":" + MESSAGES + "}")))
                .isEqualTo(RENDERED);
        assertThat(text(Run.hearing(MESSAGES, with("template", model, "--messages", "-"))
                        .json()))
                .isEqualTo(RENDERED);
    }

    @Test
    void generateContinuesAConversation() throws IOException {
        String[] usual = {"--model", model, "--compute", "f32", "--max-tokens", "5", "--json"};
        JsonNode plain = Run.of(concat(usual, "generate", RENDERED)).json().get("texts");
        String messages = file("continued.json", MESSAGES);
        assertThat(Run.of(concat(usual, "generate", "--messages", messages))
                        .json()
                        .get("texts"))
                .isEqualTo(plain);
        assertThat(Run.hearing(MESSAGES, concat(usual, "generate", "--chat", "--messages", "-"))
                        .json()
                        .get("texts"))
                .isEqualTo(plain);
    }

    private static String[] concat(String[] last, String... first) {
        String[] all = Arrays.copyOf(first, first.length + last.length);
        System.arraycopy(last, 0, all, first.length, last.length);
        return all;
    }

    @Test
    void toolsStandBesideTheMessagesOrInAFileOfTheirOwn() throws IOException {
        String expected = "[{'role': 'user', 'content': 'once'}][{'type': 'function', 'function': {'name': 'clock'}}]";
        String tools = file("tools.json", TOOLS);
        assertThat(template(showing, "once", "--tools", tools)).isEqualTo(expected);
        String both = "{\"messages\":[{\"role\":\"user\",\"content\":\"once\"}],\"tools\":" + TOOLS + "}";
        assertThat(template(showing, "--messages", file("both.json", both))).isEqualTo(expected);
        Run.of("template", showing, "--messages", file("both.json", both), "--tools", tools)
                .refused(2, "one place");
    }

    @Test
    void argumentsOfToolCallsAreReadAsTemplatesExpectThem() throws IOException {
        String call = """
                [{"role": "assistant", "content": null, "tool_calls":
                  [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{\\"a\\": [1]}"}}]},
                 {"role": "tool", "tool_call_id": "1", "content": [{"type": "text", "text": "x"}]}]""";
        assertThat(template(showing, "--messages", file("calls.json", call)))
                .contains("'function': {'name': 'f', 'arguments': {'a': [1]}}")
                .contains("{'role': 'tool', 'tool_call_id': '1', 'content': [{'type': 'text', 'text': 'x'}]}")
                .doesNotContain("'content': None");
        Run.of("template", showing, "--messages", file("broken.json", call.replace("[1]}", "[1]")))
                .refused(3, "broken.json", "message 1", "arguments");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '#',
            value = {
                "[{'role':'user'                        | not JSON (line 1)",
                "##                                     | not JSON",
                "[] []                                  | not JSON",
                "[]                                     | no messages",
                "null                                   | no messages",
                "{'tools':[]}                           | no messages",
                "{'messages':'once'}                    | no messages",
                "['once']                               | message 1 is not an object",
                "[{'content':'once'}]                   | message 1 has no role",
                "[{'role':1,'content':'once'}]          | message 1 has no role",
                "[{'role':'user'}]                      | message 1 has no content",
                "[{'role':'user','content':null}]       | message 1 has no content",
                "[{'role':'user','content':5}]          | message 1 has no content",
                "{'messages':[{'role':'user','content':'x'}],'tools':5} | tools"
            })
    void badMessagesAreOneSentence(String json, String said) throws IOException {
        String file = file("bad.json", json.replace('\'', '"'));
        Run.of("template", model, "--messages", file).refused(3, file, said);
        Run.of("generate", "--model", model, "--messages", file).refused(3, file, said);
        Run.hearing(json.replace('\'', '"'), "template", model, "--messages", "-")
                .refused(3, "Standard input", said);
    }

    @Test
    void whatDoesNotGoTogetherIsRefused() throws IOException {
        String messages = file("some.json", MESSAGES);
        Run.of("template", model, "once", "--messages", messages).refused(2, "--messages");
        Run.of("template", model, "--system", "a", "--messages", messages).refused(2, "--system");
        Run.of("generate", "once", "--messages", messages).refused(2, "--messages");
        Run.of("generate", "--ids", "5", "--messages", messages).refused(2, "--ids");
        Run.of("generate", "once", "--tools", messages).refused(2, "--tools", "--chat");
        Run.of("template", model, "--messages", "-", "--tools", "-").refused(2, "Standard input");
        Run.of("template", model, "once", "--tools", file("tool.json", "{\"type\":\"function\"}"))
                .refused(3, "tool.json", "array");
        Run.of("template", model, "--messages", folder.toString()).refused(3, folder.toString(), "folder");
        Run.of("template", model, "--messages", folder.resolve("absent.json").toString())
                .refused(3, "absent.json");
    }
}
