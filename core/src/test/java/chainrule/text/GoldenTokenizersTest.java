package chainrule.text;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Ids, tokens, offsets and decoded texts of the reference library for every tokenizer of the golden set. */
class GoldenTokenizersTest {
    static List<Path> folders() throws IOException {
        try (Stream<Path> all = Files.list(Golden.path("tokenizers"))) {
            List<Path> folders = all.filter(Files::isDirectory).sorted().toList();
            assertThat(folders).isNotEmpty();
            return folders;
        }
    }

    @ParameterizedTest
    @MethodSource("folders")
    void everyCaseIsAsTheReferenceHasIt(Path folder) throws IOException {
        JsonNode cases = JsonMapper.shared().readTree(Files.readString(folder.resolve("cases.json")));
        try (Tokenizer tokenizer = HuggingFaceTokenizer.open(folder)) {
            for (JsonNode c : cases.get("cases").values()) {
                String text = c.get("text").stringValue();
                int[] ids = ints(c.get("ids"));
                Encoding encoding = tokenizer.encode(text, true);
                assertThat(encoding.ids()).as(text).isEqualTo(ids);
                assertThat(encoding.tokens()).as(text).isEqualTo(strings(c.get("tokens")));
                assertThat(encoding.offsets()).as(text).isDeepEqualTo(pairs(c.get("offsets")));
                assertThat(tokenizer.ids(text, true)).as(text).isEqualTo(ids);
                assertThat(tokenizer.ids(text, false))
                        .as(text)
                        .isEqualTo(c.has("ids_without_special") ? ints(c.get("ids_without_special")) : ids);
                assertThat(tokenizer.decode(ids, false))
                        .as(text)
                        .isEqualTo(c.get("decoded").stringValue());
                assertThat(tokenizer.decode(ids, true))
                        .as(text)
                        .isEqualTo(c.get("decoded_skip_special").stringValue());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("folders")
    void aPairOfTextsIsAsTheReferenceHasIt(Path folder) throws IOException {
        JsonNode pair = JsonMapper.shared()
                .readTree(Files.readString(folder.resolve("cases.json")))
                .get("pair");
        List<String> texts = strings(pair.get("texts"));
        try (HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.open(folder)) {
            Encoding encoding = tokenizer.encode(texts.get(0), texts.get(1), true);
            assertThat(encoding.ids()).isEqualTo(ints(pair.get("ids")));
            assertThat(encoding.tokens()).isEqualTo(strings(pair.get("tokens")));
            assertThat(encoding.types()).isEqualTo(ints(pair.get("type_ids")));
        }
    }

    private static int[] ints(JsonNode list) {
        return list.values().stream().mapToInt(JsonNode::intValue).toArray();
    }

    private static int[][] pairs(JsonNode list) {
        return list.values().stream().map(GoldenTokenizersTest::ints).toArray(int[][]::new);
    }

    private static List<String> strings(JsonNode list) {
        List<String> strings = new ArrayList<>();
        list.values().forEach(s -> strings.add(s.stringValue()));
        return strings;
    }
}
