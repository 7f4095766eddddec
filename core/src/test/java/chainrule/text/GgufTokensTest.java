package chainrule.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import chainrule.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A tokenizer's metadata, read again, is the tokenizer. */
class GgufTokensTest {
    private static Map<String, Object> metadata(String name, int rows) {
        return GgufTokens.metadata(Golden.path("tokenizers/" + name), rows, List.of(0, 1));
    }

    @ParameterizedTest
    @CsvSource({
        "gpt2_bpe,gpt-2",
        "smollm_bpe,smollm",
        "llama3_bpe,llama-bpe",
        "qwen_bpe,qwen2",
        "llama_bpe_legacy,default",
        "llama_bpe_metaspace,default"
    })
    void textsAreReadAsBefore(String name, String pre) throws IOException {
        Path folder = Golden.path("tokenizers/" + name);
        Map<String, Object> metadata = metadata(name, 710);
        assertThat(metadata).containsEntry("tokenizer.ggml.pre", pre).containsEntry("tokenizer.ggml.eot_token_id", 1);
        assertThat((List<?>) metadata.get("tokenizer.ggml.tokens")).hasSize(710);
        int different = 0;
        int texts = 0;
        try (HuggingFaceTokenizer expected = HuggingFaceTokenizer.open(folder);
                HuggingFaceTokenizer made = HuggingFaceTokenizer.of(metadata, "x.gguf")) {
            for (JsonNode c : JsonMapper.shared()
                    .readTree(Files.readString(folder.resolve("cases.json")))
                    .get("cases")
                    .values()) {
                String text = c.get("text").stringValue();
                // An added token that takes in the space before it, or follows the normalizer, is not said in GGUF; nor
                // is
                // a space that only a text's beginning is given, and only where it has none.
                boolean first = name.endsWith("metaspace") && text.matches("(?s)[ \u2581].*|.*<[^>]*>.*");
                if (!text.contains("<mask>") && !text.contains("<tool>") && !first) {
                    texts++;
                    int[] ids = made.ids(text, false);
                    if (!Arrays.equals(ids, expected.ids(text, false))) {
                        different++;
                    }
                    assertThat(made.decode(ids, false)).as(text).isEqualTo(expected.decode(ids, false));
                }
            }
        }
        assertThat(texts).isGreaterThan(100);
        assertThat(different).as("texts read otherwise of " + texts).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"wordpiece", "unigram", "gpt2_bpe_prefix_space"})
    void aTokenizerOfAnotherKindIsRefused(String name) {
        assertThatThrownBy(() -> metadata(name, 2000))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("so it has no form in a GGUF file");
    }

    @Test
    void moreTokensThanTheModelHasAreRefused() {
        assertThatThrownBy(() -> metadata("gpt2_bpe", 100))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("more than the model's 100");
    }
}
