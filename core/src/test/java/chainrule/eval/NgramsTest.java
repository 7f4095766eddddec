package chainrule.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chainrule.BadInput;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class NgramsTest {
    private static final int PAD = 1;

    @Test
    void everyTextsCountsAreTheReferences() {
        for (JsonNode text : GoldenJson.read("text-metrics/repetition.json").get("texts")) {
            List<String> words = WordSplit.WHITESPACE.split(text.get("text").stringValue());
            assertThat(words).as(text.toString()).hasSize(text.get("words").intValue());
            assertThat(Ngrams.of(1, List.of(words)).distinct())
                    .isEqualTo(text.get("distinct_words").intValue());
            List<String> butLast = words.subList(0, Math.max(0, words.size() - 1));
            for (int n = 2; n <= 4; n++) {
                check(Ngrams.of(n, List.of(words)), text.at("/all_ngrams/" + n));
                check(Ngrams.of(n, List.of(butLast)), text.at("/official/" + n));
            }
        }
    }

    private static void check(Ngrams found, JsonNode expected) {
        assertThat(found.total()).isEqualTo(expected.get("total").longValue());
        assertThat(found.unique()).isEqualTo(expected.get("unique").longValue());
    }

    @Test
    void distinctNgramsAreTheReferences() {
        for (JsonNode c : GoldenJson.read("text-metrics/distinct.json")) {
            int[] removed = GoldenJson.ints(c.get("removed_ids"));
            List<List<Integer>> texts = GoldenJson.stream(c.get("tokens"))
                    .map(t -> GoldenJson.list(t, removed))
                    .toList();
            for (int n = 1; n <= 4; n++) {
                JsonNode expected = c.get("n" + n);
                Ngrams found = Ngrams.of(n, texts);
                assertThat(found.total()).isEqualTo(expected.get("total").longValue());
                assertThat(found.unique())
                        .isEqualTo(expected.get("unique_within_texts").longValue());
                assertThat(found.distinct())
                        .isEqualTo(expected.get("unique_in_corpus").longValue());
                // The reference adds 1e-8 above and below.
                assertThat(found.distinctness())
                        .isCloseTo(expected.get("distinct").doubleValue(), within(1e-8));
                assertThat(found.rep()).isCloseTo(expected.get("rep").doubleValue(), within(1e-8));
            }
        }
    }

    @Test
    void repetitionTextByTextIsTheReferences() {
        JsonNode file = GoldenJson.read("text-metrics/unlikelihood_metrics.json");
        List<List<Integer>> sound = new ArrayList<>();
        for (JsonNode c : file.get("sequences")) {
            List<Integer> text = GoldenJson.list(c.get("tokens"));
            text = text.contains(PAD) ? text.subList(0, text.indexOf(PAD)) : text;
            if (c.has("metrics")) {
                sound.add(text);
                for (int n = 1; n <= 4; n++) {
                    assertThat(Ngrams.seqRep(n, List.of(text)))
                            .isCloseTo(
                                    c.at("/metrics/pct_repeat_" + n + "grams").doubleValue(), within(1e-9));
                }
            } else {
                assertThat(Ngrams.of(4, List.of(text)).total())
                        .as("undefined in the reference")
                        .isZero();
            }
        }
        for (int n = 1; n <= 4; n++) {
            double expected =
                    file.at("/mean_over_texts/valid~1pct_repeat_" + n + "grams").doubleValue();
            assertThat(Ngrams.seqRep(n, sound)).isCloseTo(expected, within(5e-5));
        }
    }

    @Test
    void textsWithoutNgramsRepeatNone() {
        for (List<List<String>> texts :
                List.of(List.<List<String>>of(), List.of(List.<String>of()), List.of(List.of("a")))) {
            Ngrams none = Ngrams.of(2, texts);
            assertThat(none).isEqualTo(new Ngrams(0, 0, 0));
            assertThat(none.rep()).isZero();
            assertThat(none.distinctness()).isOne();
            assertThat(Ngrams.seqRep(2, texts)).isZero();
        }
    }

    @Test
    void aTextWithoutNgramsDoesNotWeighInTheMeanOverTexts() {
        List<List<String>> texts = List.of(List.of("a", "a", "a"), List.of("b"));
        assertThat(Ngrams.seqRep(2, texts)).isEqualTo(0.5);
    }

    @Test
    void lengthIsCountedInWords() {
        assertThat(Ngrams.meanLength(List.of(List.of("a", "b", "c"), List.of())))
                .isEqualTo(1.5);
        assertThatThrownBy(() -> Ngrams.meanLength(List.of()))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("at least one");
    }

    @Test
    void idsAreCountedAsWordsAre() {
        List<List<Integer>> ids = Ngrams.ids(List.of(new int[] {7, 1000, 7, 1000, 7}, new int[] {7, 1000}));
        List<List<String>> words =
                ids.stream().map(t -> t.stream().map(String::valueOf).toList()).toList();
        assertThat(Ngrams.of(2, ids)).isEqualTo(Ngrams.of(2, words)).isEqualTo(new Ngrams(5, 3, 2));
    }

    @Test
    void noNgramIsShorterThanOneWord() {
        assertThatThrownBy(() -> Ngrams.of(0, Stream.of("a").map(List::of).toList()))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("1 word or more");
    }
}
