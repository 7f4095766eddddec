package chainrule.apps.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class TemplateTest {
    @TempDir
    static Path folder;

    private static String model = "";

    @BeforeAll
    static void makeAModel() throws IOException {
        model = ChatFolder.make(folder, "chat").toString();
    }

    @Test
    void theRenderedMessageAndItsTokensAreShown() {
        JsonNode json = Run.of("template", model, "once upon", "--json").json();
        assertThat(json.get("text").stringValue()).isEqualTo("u:once upon a:");
        assertThat(json.get("ids").valueStream().mapToInt(JsonNode::intValue))
                .isNotEmpty()
                .containsExactlyElementsOf(Run.of("tokenize", "u:once upon a:", "--model", model, "--json")
                        .json()
                        .get("ids")
                        .valueStream()
                        .map(JsonNode::intValue)
                        .toList());
        String ids = json.get("ids").toString().replace(",", ", ");
        Run plain = Run.of("template", model, "once upon");
        assertThat(plain.done()).isEqualTo("u:once upon a:\n--- ids\n" + ids + "\n");
        assertThat(plain.err()).isEmpty();
    }

    @Test
    void theSystemsMessageComesFirstAndAGreetingIsTheUsualMessage() {
        assertThat(Run.of("template", model, "--system", "a time", "--json")
                        .json()
                        .get("text")
                        .stringValue())
                .isEqualTo("s:a time u:Hello! a:");
    }

    @Test
    void aTokenTheTemplateWritesIsNotAddedAgain() throws IOException {
        Path begins = ChatFolder.make(folder, "begins", "{{ bos_token }}{{ messages[0]['content'] }}");
        Files.writeString(
                begins.resolve("tokenizer_config.json"),
                "{\"bos_token\":\"<|endoftext|>\",\"add_bos_token\":true,\"tokenizer_class\":\"PreTrainedTokenizerFast\"}");
        JsonNode json = Run.of("template", begins.toString(), "once", "--json").json();
        assertThat(json.get("text").stringValue()).isEqualTo("<|endoftext|>once");
        assertThat(json.get("ids").valueStream().map(JsonNode::intValue).filter(id -> id == 0))
                .hasSize(1);
    }

    @Test
    void aModelWithoutATokenizerShowsTheTextAlone() throws IOException {
        Path mute = ChatFolder.make(folder, "mute");
        Files.delete(mute.resolve("tokenizer.json"));
        assertThat(Run.of("template", mute.toString(), "once").done())
                .isEqualTo("u:once a:\n--- ids\nnone: the model has no tokenizer\n");
        assertThat(Run.of("template", mute.toString(), "once", "--json").json().propertyNames())
                .containsExactly("text");
    }

    @Test
    void whatCannotBeRenderedIsOneSentence() throws IOException {
        Path plain = ChatFolder.make(folder, "plain");
        Files.delete(plain.resolve("chat_template.jinja"));
        Run.of("template", plain.toString()).refused(3, plain.toString(), "no chat template");
        Path open = ChatFolder.make(folder, "open", "{% for m in messages %}{{ m.content }}");
        Run.of("template", open.toString()).refused(3, open.toString(), "line 1", "endfor");
        Path raises = ChatFolder.make(folder, "raises", "{{ raise_exception('speak in turns') }}");
        Run.of("template", raises.toString()).refused(3, raises.toString(), "refuses", "speak in turns.");
    }

    @Test
    void aConfigurationThatIsNoJsonIsNamed() throws IOException {
        Path broken = ChatFolder.make(folder, "broken");
        Path config = Files.writeString(broken.resolve("tokenizer_config.json"), "{\"bos_token\": ");
        Run.of("template", broken.toString()).refused(3, config.toString());
    }

    @Test
    void aModelMustBeNamed() {
        Run.of("template").refused(2, "MODEL", "chainrule template --help");
        Run.of("template", folder.resolve("absent").toString()).refused(3, "absent");
    }
}
