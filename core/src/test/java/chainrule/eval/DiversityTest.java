package chainrule.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class DiversityTest {
    @Test
    void groupsOfTextsHaveTheReferencesFigures() {
        JsonNode file = GoldenJson.read("text-metrics/repetition.json");
        for (JsonNode group : file.get("groups")) {
            List<List<String>> texts = Arrays.stream(GoldenJson.ints(group.get("texts")))
                    .mapToObj(i -> file.get("texts").get(i).get("text").stringValue())
                    .map(WordSplit.WHITESPACE::split)
                    .toList();
            String name = group.get("name").stringValue();
            assertThat(Ngrams.meanLength(texts))
                    .as(name)
                    .isCloseTo(group.get("mean_words").doubleValue(), within(1e-9));
            Diversity official = Diversity.official(texts);
            if (group.has("diversity")) {
                assertThat(100 * official.rep2())
                        .as(name)
                        .isCloseTo(group.get("rep_2").doubleValue(), within(1e-9));
                assertThat(100 * official.rep3())
                        .as(name)
                        .isCloseTo(group.get("rep_3").doubleValue(), within(1e-9));
                assertThat(100 * official.rep4())
                        .as(name)
                        .isCloseTo(group.get("rep_4").doubleValue(), within(1e-9));
                assertThat(official.value())
                        .as(name)
                        .isCloseTo(group.get("diversity").doubleValue(), within(1e-11));
            } else {
                assertThat(official.value())
                        .as(name + ", undefined in the reference")
                        .isOne();
            }
            if (group.has("all_ngrams_diversity_unrounded")) {
                assertThat(Diversity.of(texts).value())
                        .as(name)
                        .isCloseTo(group.get("all_ngrams_diversity_unrounded").doubleValue(), within(1e-11));
            }
        }
    }

    @Test
    void withoutNgramsNothingIsRepeated() {
        assertThat(Diversity.of(List.of()).value()).isOne();
        assertThat(Diversity.of(List.of(List.of("one"))).value()).isOne();
        assertThat(Diversity.official(List.of(List.of(), List.of("one"))).value())
                .isOne();
    }

    @Test
    void aRepetitionAcrossTextsIsNone() {
        List<String> text = List.of("a", "b", "c", "d", "e");
        assertThat(Diversity.of(List.of(text, text)).value()).isOne();
    }
}
