package chainrule.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import chainrule.Golden;
import chainrule.text.ByteTokenizer;
import chainrule.text.Tokenizer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class PromptTest {
    private final JsonNode golden =
            JsonMapper.shared().readTree(Golden.path("mezo/prompts.json").toFile());

    private static Prompt named(String task) {
        return Prompt.all().stream()
                .filter(p -> p.task().equals(task))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void labelWordsAreTheMethodsOwn() {
        JsonNode words = golden.required("causal_models").required("label_words");
        assertThat(words.size()).isEqualTo(7);
        words.properties()
                .forEach(e -> assertThat(named(e.getKey()).words())
                        .as(e.getKey())
                        .isEqualTo(e.getValue()
                                .valueStream()
                                .map(JsonNode::stringValue)
                                .toList()));
    }

    /** Where a masked model's prompt ends in its mask, a language model's is what stands before. */
    @Test
    void promptsThatEndInAMaskAreTheMethodsOwn() {
        for (String task : List.of("SST-2", "SST-5", "MR", "CR", "subj", "CoLA")) {
            JsonNode theirs =
                    golden.required("masked_language_models").required("tasks").required(task);
            JsonNode parts = theirs.required("parts");
            assertThat(parts.get(2).stringValue()).isEqualTo("mask");
            assertThat(named(task).text())
                    .isEqualTo("{sentence}" + parts.get(1).required("text").stringValue());
            assertThat(named(task).words())
                    .isEqualTo(theirs.required("labels")
                            .valueStream()
                            .map(JsonNode::stringValue)
                            .toList());
        }
    }

    @Test
    void fieldsAreFilledAndMissingOnesNamed() {
        Map<String, String> fields = Map.of("text", "Ann saw Bo. She $1.", "span1", "Ann", "span2", "She");
        assertThat(Prompt.WSC.fill(fields))
                .isEqualTo(
                        "Ann saw Bo. She $1.\nIn the previous sentence, does the pronoun \"she\" refer to Ann? Yes or No?\n");
        assertThat(Prompt.WSC.fields()).containsExactly("text", "span2", "span1");
        assertThatThrownBy(() -> Prompt.RTE.fill(Map.of("premise", "p")))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("hypothesis");
        assertThat(Prompt.RTE.bare().text()).isEqualTo("{premise} {hypothesis}");
    }

    @Test
    void anOptionIsWhatTheTextHasBeyondThePrompt() {
        try (Tokenizer bytes = new ByteTokenizer()) {
            Choice choice = Prompt.MR.with("bad", "fine").choice(bytes, Map.of("sentence", "Dull."), 1);
            assertThat(bytes.decode(choice.prompt(), true)).isEqualTo("Dull. It was");
            assertThat(choice.options().stream().map(o -> bytes.decode(o, true)))
                    .containsExactly(" bad", " fine");
            assertThat(choice.right()).isEqualTo(1);
        }
    }
}
