package chainrule.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chainrule.Golden;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The figures that Su and Collier (2023) publish for 1000 continuations of web texts by GPT-2 large, from these texts. */
@Tag("model")
class PublishedFiguresTest {
    private static final String FOLDER = "data/contrastive-search/webtext-gpt2-large";

    private static Optional<JsonNode> read(String file) {
        Optional<Path> path = Golden.shared(FOLDER + "/" + file);
        if (path.isEmpty()) {
            System.out.println(
                    "model: shared/" + FOLDER + "/" + file + " is absent, so no published figure is compared");
        }
        return path.map(p -> JsonMapper.shared().readTree(p.toFile()));
    }

    private static List<List<String>> texts(JsonNode results, Function<JsonNode, JsonNode> side) {
        List<List<String>> texts = GoldenJson.stream(results)
                .map(r -> WordSplit.WHITESPACE.split(side.apply(r).stringValue()))
                .toList();
        assertThat(texts).hasSize(1000);
        return texts;
    }

    @ParameterizedTest
    @CsvSource({"contrastive,4.77,1.73,1.11,92.54,92.51", "greedy,65.04,61.80,59.68,5.38,"})
    void generatedTextsHaveThePublishedDiversityAndLength(
            String method, double rep2, double rep3, double rep4, double diversity, Double exact) {
        JsonNode results = read(method + "_result.json").orElse(null);
        JsonNode metrics = read(method + "_metrics.json").orElse(null);
        if (results == null || metrics == null) {
            return;
        }
        List<List<String>> texts = texts(results, r -> r.at("/generated_result/0"));
        check(texts, rep2, rep3, rep4, diversity);
        if (exact != null) {
            assertThat(100 * Diversity.of(texts).value()).isCloseTo(exact, within(0.005));
        }
        assertThat(diversity).isEqualTo(published(metrics.at("/0/diversity_dict/prediction_diversity_list/0")));
        assertThat(Ngrams.meanLength(texts))
                .isCloseTo(published(metrics.at("/0/gen_length_dict/gen_len_list/0")), within(1e-9));
    }

    private static double published(JsonNode figure) {
        return Double.parseDouble(figure.stringValue());
    }

    @Test
    void humanTextsHaveThePublishedDiversity() {
        read("contrastive_result.json")
                .ifPresent(results -> check(texts(results, r -> r.get("reference_text")), 4.27, 1.44, 0.78, 93.62));
    }

    private static void check(List<List<String>> texts, double rep2, double rep3, double rep4, double diversity) {
        Diversity found = Diversity.official(texts);
        assertThat(100 * found.rep2()).isCloseTo(rep2, within(1e-9));
        assertThat(100 * found.rep3()).isCloseTo(rep3, within(1e-9));
        assertThat(100 * found.rep4()).isCloseTo(rep4, within(1e-9));
        assertThat(100 * found.value()).isCloseTo(diversity, within(0.005));
    }
}
