package chainrule.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import chainrule.Golden;
import chainrule.text.ByteTokenizer;
import chainrule.text.HuggingFaceTokenizer;
import chainrule.text.Tokenizer;
import chainrule.text.template.ChatTemplate;
import chainrule.text.template.TemplateException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class InstructionsTest {
    private static final String CHATML =
            "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<eos>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}";
    private static final int BEGIN = 257;
    private static final int END = 258;

    @TempDir
    Path folder;

    private static ChatFormat format(String template) {
        ChatTemplate parsed = ChatTemplate.parse(template);
        return (messages, tools, prompted) -> {
            Map<String, Object> variables = new HashMap<>(
                    Map.of("bos_token", "<bos>", "eos_token", "<eos>", "add_generation_prompt", prompted));
            tools.ifPresent(some -> variables.put("tools", some));
            try {
                return parsed.render(messages, variables);
            } catch (TemplateException e) {
                throw new BadInput(String.valueOf(e.getMessage()), e);
            }
        };
    }

    /** A token for each byte, {@code <bos>} before a text and {@code <eos>} after it. */
    private static ExampleForm bytes(String template) {
        return new ExampleForm(new ByteTokenizer(), new int[] {BEGIN}, END, Optional.of(format(template)));
    }

    private Instructions of(String template, int length, boolean truncate, String... lines) throws IOException {
        Path file = Files.write(folder.resolve("a.jsonl"), List.of(lines));
        return new Instructions(List.of(file), bytes(template), length, truncate);
    }

    private static List<Document.Example> examples(Corpus corpus) {
        try (Stream<Document> all = corpus.documents()) {
            return all.map(Document.Example.class::cast).toList();
        }
    }

    private static String text(Document.Example example, boolean trained) {
        return new ByteTokenizer()
                .decode(
                        IntStream.range(0, example.ids().length)
                                .filter(i -> example.trained()[i] == trained)
                                .map(i -> example.ids()[i])
                                .toArray(),
                        false);
    }

    @Test
    void theAnswersOfAllTurnsAreTrainedWithTheirEndsAndNothingElse() throws IOException {
        Instructions chats = of(
                CHATML,
                1000,
                false,
                "{\"messages\": [{\"role\": \"system\", \"content\": \"Be kind.\"}, {\"role\": \"user\", \"content\": \"Grüße 😀\"},"
                        + " {\"role\": \"assistant\", \"content\": \"Hi 漢!\"}, {\"role\": \"user\", \"content\": \"more\", \"name\": null},"
                        + " {\"role\": \"assistant\", \"content\": \"no\"}]}",
                "",
                "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\", \"content\": \"b\"}, {\"role\": \"user\", \"content\": \"c\"}]}");
        List<Document.Example> found = examples(chats);
        assertThat(found).hasSize(2);
        assertThat(text(found.get(0), true)).isEqualTo("Hi 漢!<eos>no<eos>");
        assertThat(text(found.get(0), false))
                .isEqualTo("<|system|>Be kind.<eos><|user|>Grüße 😀<eos><|assistant|><|user|>more<eos><|assistant|>");
        assertThat(text(found.get(1), true)).isEqualTo("b<eos>");
        assertThat(found.get(1).origin()).endsWith("a.jsonl line 3");
    }

    @Test
    void anAnswerOfWeightNoughtIsOnlyRead() throws IOException {
        Instructions chats = of(
                CHATML,
                1000,
                false,
                "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\", \"content\": \"bad\", \"weight\": 0},"
                        + " {\"role\": \"user\", \"content\": \"c\"}, {\"role\": \"assistant\", \"content\": \"good\", \"weight\": 1}]}");
        assertThat(text(examples(chats).getFirst(), true)).isEqualTo("good<eos>");
    }

    @Test
    void aCompletionOfATextStandsBetweenWhatBeginsAndEndsTexts() throws IOException {
        Instructions completions = of(
                CHATML,
                1000,
                false,
                "{\"prompt\": \"2 + 2 =\", \"completion\": \" 4\"}",
                "{\"prompt\": \"<bos>1\", \"completion\": \"<eos>\"}",
                "{\"prompt\": [{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\", \"content\": \"b\"}, {\"role\": \"user\", \"content\": \"c\"}],"
                        + " \"completion\": [{\"role\": \"assistant\", \"content\": \"d\"}]}",
                "{\"prompt\": \"e\", \"completion\": {\"role\": \"assistant\", \"content\": \"f\"}}");
        List<Document.Example> found = examples(completions);
        assertThat(text(found.get(0), false)).isEqualTo("<bos>2 + 2 =");
        assertThat(text(found.get(0), true)).isEqualTo(" 4<eos>");
        assertThat(text(found.get(1), false)).isEqualTo("<bos>1");
        assertThat(text(found.get(1), true)).isEqualTo("<eos>");
        assertThat(text(found.get(2), false)).isEqualTo("<|user|>a<eos><|assistant|>b<eos><|user|>c<eos><|assistant|>");
        assertThat(text(found.get(2), true)).isEqualTo("d<eos>");
        assertThat(text(found.get(3), true)).isEqualTo("f<eos>");
    }

    @Test
    void tokensAreTrainedThatTransformersMarksAsTheAssistants() throws IOException {
        JsonNode golden = JsonMapper.shared().readTree(Files.readString(Golden.path("instructions/cases.json")));
        int across = 0;
        for (JsonNode expected : golden.get("cases")) {
            String name = expected.get("tokenizer").stringValue();
            String template = golden.get("templates")
                    .get(expected.get("template").stringValue())
                    .stringValue();
            try (Tokenizer tokenizer =
                    HuggingFaceTokenizer.open(Golden.path("tokenizers/" + name + "/tokenizer.json"))) {
                Path file = Files.writeString(
                        folder.resolve("g.jsonl"),
                        "{\"messages\": " + expected.get("messages").toString() + "}\n");
                var form = new ExampleForm(tokenizer, new int[0], 0, Optional.of(format(template)));
                var chats = new Instructions(List.of(file), form, 1000, false);
                Document.Example example = examples(chats).getFirst();
                across += (int) chats.straddling();
                assertThat(example.ids()).containsExactly(ints(expected.get("ids")));
                assertThat(IntStream.range(0, example.ids().length).map(i -> example.trained()[i] ? 1 : 0))
                        .as(name + " " + expected)
                        .containsExactly(Arrays.stream(ints(expected.get("mask")))
                                .boxed()
                                .toArray(Integer[]::new));
            }
        }
        assertThat(across).as("chats with a token across a border").isPositive();
    }

    private static int[] ints(JsonNode node) {
        return node.valueStream().mapToInt(JsonNode::intValue).toArray();
    }

    /** Whatever the template does, the tokens before a trained stretch are what the model is given to answer to. */
    @Test
    void everyTemplateIsTrainedOnWhatItAsksForOrRefused() throws IOException {
        JsonNode golden = JsonMapper.shared().readTree(Files.readString(Golden.path("chat/cases.json")));
        List<String> refused = new ArrayList<>();
        int trained = 0;
        for (Path template : templates()) {
            ChatFormat format = format(Files.readString(template));
            for (Map.Entry<String, JsonNode> chat : golden.get("conversations").properties()) {
                Map<?, ?> arguments =
                        JsonMapper.shared().treeToValue(chat.getValue().get("arguments"), Map.class);
                if (arguments.keySet().stream().anyMatch(name -> !"tools".equals(name))) {
                    continue;
                }
                String line = "{\"messages\": " + chat.getValue().get("messages")
                        + (arguments.containsKey("tools")
                                ? ", \"tools\": "
                                        + chat.getValue().get("arguments").get("tools")
                                : "")
                        + "}";
                try {
                    for (Document.Example example : examples(of(Files.readString(template), 5000, false, line))) {
                        check(example, chat.getValue(), format);
                        trained++;
                    }
                } catch (BadInput e) {
                    assertThat(e).hasMessageContaining("a.jsonl line 1");
                    refused.add(template.getFileName() + " " + chat.getKey() + ": " + e.getMessage());
                }
            }
        }
        assertThat(trained).as("refused: " + String.join("\n", refused)).isGreaterThan(60);
    }

    private static List<Path> templates() throws IOException {
        try (Stream<Path> all = Files.list(Golden.path("chat/templates"))) {
            return all.sorted().toList();
        }
    }

    private static void check(Document.Example example, JsonNode chat, ChatFormat format) {
        List<Map<String, Object>> messages =
                Messages.of("", JsonMapper.shared().treeToValue(chat.get("messages"), Object.class));
        JsonNode tools = chat.get("arguments").path("tools");
        var given = tools.isMissingNode()
                ? Optional.<List<Object>>empty()
                : Optional.of(Messages.tools("", JsonMapper.shared().treeToValue(tools, Object.class)));
        int answer = 0;
        for (int i = 0; i < messages.size(); i++) {
            if (!"assistant".equals(messages.get(i).get("role"))) {
                continue;
            }
            answer++;
            int[] before = new ByteTokenizer().ids(format.render(messages.subList(0, i), given, true), false);
            assertThat(Arrays.copyOf(example.ids(), before.length))
                    .as("answer " + answer)
                    .containsExactly(before);
            assertThat(example.trained()[before.length]).isTrue();
            if (!"assistant".equals(messages.get(i - 1).get("role"))) {
                assertThat(example.trained()[before.length - 1]).isFalse();
            }
            Object content = messages.get(i).getOrDefault("content", "");
            if (content instanceof String text) {
                assertThat(text(example, true))
                        .contains(text.replaceFirst("(?s)^.*</think>", "").strip());
            }
        }
        assertThat(answer).isPositive();
    }

    @Test
    void aLineThatCannotBeTrainedOnIsNamed() throws IOException {
        String good =
                "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\", \"content\": \"b\"}]}";
        assertWrong(
                CHATML, "a.jsonl line 2 has text or ids where the first line has messages", good, "{\"text\": \"c\"}");
        assertWrong(CHATML, "a.jsonl line 2 has text or ids", good, "[1, 2]");
        assertWrong(CHATML, "a.jsonl line 2 is not JSON", good, "{\"messages\": [");
        assertWrong(CHATML, "a.jsonl line 2 is not JSON", good, good + good);
        assertWrong(CHATML, "a.jsonl line 2 holds no messages", good, "{\"messages\": []}");
        assertWrong(CHATML, "a.jsonl line 2: message 1 has no role", good, "{\"messages\": [{\"content\": \"a\"}]}");
        assertWrong(
                CHATML,
                "a.jsonl line 2 has nothing to train",
                good,
                "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}");
        assertWrong(Optional.empty(), "a.jsonl line 1 has messages, and the model has no chat template", good);
        assertWrong(CHATML, "a.jsonl line 1 has no prompt", "{\"completion\": \"c\"}");
        assertWrong(
                CHATML,
                "a.jsonl line 2 holds something else than tools",
                good,
                good.replaceFirst("\\{", "{\"tools\": {}, "));
        assertWrong(
                CHATML + "{% if messages[0].content == 'x' %}{{ raise_exception('No x.') }}{% endif %}",
                "a.jsonl line 2: No x.",
                good,
                good.replace("\"a\"", "\"x\""));
        assertWrong(
                CHATML,
                "a.jsonl line 1: it begins with an answer",
                "{\"messages\": [{\"role\": \"assistant\", \"content\": \"b\"}]}");
        String forgetful =
                "{% for m in messages %}{% if loop.last or m.role == 'user' %}{{ m.content }};{% endif %}{% endfor %}";
        assertWrong(
                forgetful,
                "a.jsonl line 1: the chat template renders message 2 otherwise when messages follow",
                "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\", \"content\": \"b\"}, {\"role\": \"user\", \"content\": \"c\"}]}");
        String thinking = CHATML.replace("<|assistant|>{% endif %}", "<|assistant|><think>{% endif %}");
        assertWrong(thinking, "a.jsonl line 1: the chat template does not continue what asks for message 2", good);
    }

    private void assertWrong(String template, String message, String... lines) throws IOException {
        assertWrong(Optional.of(format(template)), message, lines);
    }

    private void assertWrong(Optional<ChatFormat> format, String message, String... lines) throws IOException {
        var form = new ExampleForm(new ByteTokenizer(), new int[] {BEGIN}, END, format);
        Path file = Files.write(folder.resolve("a.jsonl"), List.of(lines));
        assertThatThrownBy(() -> examples(new Instructions(List.of(file), form, 1000, false)))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining(message);
    }

    @Test
    void aTextBeginsAsTheTokenizerBeginsIt() {
        try (Tokenizer llama =
                HuggingFaceTokenizer.open(Golden.path("tokenizers/llama_bpe_metaspace/tokenizer.json"))) {
            assertThat(ExampleForm.of(llama, 2, Optional.empty()).begin())
                    .containsExactly(llama.id("<s>").orElseThrow());
        }
        assertThat(ExampleForm.of(new ByteTokenizer(), END, Optional.empty()).begin())
                .isEmpty();
    }

    @Test
    void anExampleLongerThanARowIsRefusedOrCutAndCounted() throws IOException {
        String line = "{\"prompt\": \"abcd\", \"completion\": \"efgh\"}";
        assertThat(examples(of(CHATML, 9, false, line)).getFirst().ids()).hasSize(10);
        assertThatThrownBy(() -> examples(of(CHATML, 8, false, line)))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("a.jsonl line 1 has 10 tokens, more than a row of 8 takes");
        Instructions cut = of(CHATML, 6, true, line, "{\"prompt\": \"a\", \"completion\": \"b\"}");
        List<Document.Example> some = examples(cut);
        assertThat(text(some.getFirst(), true)).isEqualTo("ef");
        assertThat(some.getFirst().ids()).hasSize(7);
        assertThat(cut.cut()).isEqualTo(1);
        assertThatThrownBy(() -> examples(of(CHATML, 4, true, line)))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("a.jsonl line 1 has nothing to train in its first 5 tokens");
    }

    @Test
    void theFirstLineTellsWhatAFileHolds() throws IOException {
        assertThat(shape("{\"messages\": [], \"prompt\": \"\"}")).isEqualTo(ExampleShape.CHAT);
        assertThat(shape("\n{\"prompt\": \"\", \"completion\": \"\"}")).isEqualTo(ExampleShape.COMPLETION);
        assertThat(shape("{\"prompt\": \"\", \"chosen\": \"\", \"rejected\": \"\"}"))
                .isEqualTo(ExampleShape.PREFERENCE);
        assertThat(shape("{\"text\": \"\"}")).isEqualTo(ExampleShape.TEXT);
        assertThat(shape("")).isEqualTo(ExampleShape.TEXT);
        assertThat(ExampleShape.of(List.of(Files.writeString(folder.resolve("b.txt"), "{\"messages\": 1}"))))
                .isEqualTo(ExampleShape.TEXT);
    }

    private ExampleShape shape(String content) throws IOException {
        return ExampleShape.of(List.of(Files.writeString(folder.resolve("s.jsonl"), content)));
    }
}
