package chainrule.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chainrule.BadInput;
import chainrule.eval.Bleu.Absent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class BleuTest {
    private static final Map<String, Smoothing> SACREBLEU = Map.of(
            "exp", new Smoothing.Halving(),
            "none", new Smoothing.None(),
            "floor", new Smoothing.Floor(0.1),
            "add-k", new Smoothing.AddK(1));
    private static final Map<String, Smoothing> NLTK = Map.of(
            "method0", new Smoothing.None(),
            "method1", new Smoothing.Floor(0.1),
            "method2", new Smoothing.AddK(1),
            "method4", new Smoothing.ByLength(5),
            "method7", new Smoothing.Neighbours(5));
    private static final Map<String, WordSplit> SPLITS = Map.of(
            "none", WordSplit.WHITESPACE,
            "13a", WordSplit.MTEVAL_13A,
            "intl", WordSplit.MTEVAL_INTERNATIONAL,
            "char", WordSplit.CHARACTERS);

    private static JsonNode sentences() {
        return GoldenJson.read("text-metrics/bleu.json").get("sentences");
    }

    @Test
    void sentencesHaveSacrebleusScores() {
        int compared = 0;
        for (JsonNode s : sentences()) {
            for (var entry : s.get("sacrebleu").properties()) {
                String[] settings = entry.getKey().split("\\.");
                WordSplit split = SPLITS.get(settings[0]);
                boolean effective = settings[2].equals("effective");
                var bleu = new Bleu(4, SACREBLEU.get(settings[1]), effective ? Absent.LEFT_OUT : Absent.ZERO);
                Bleu.Score found = bleu.of(
                        split.split(s.get("hypothesis").stringValue()),
                        split.split(GoldenJson.strings(s.get("references"))));
                check(entry.getKey() + " of " + s.get("hypothesis"), found, entry.getValue(), settings[1]);
                compared++;
            }
        }
        assertThat(compared).isEqualTo(8 * 24);
    }

    private static void check(String name, Bleu.Score found, JsonNode expected, String smoothing) {
        assertThat(100 * found.value()).as(name).isCloseTo(expected.get("score").doubleValue(), within(1e-6));
        assertThat(found.counts().brevityPenalty())
                .as(name)
                .isCloseTo(expected.get("bp").doubleValue(), within(1e-6));
        assertThat(found.counts().length())
                .as(name)
                .isEqualTo(expected.get("sys_len").longValue());
        assertThat(found.counts().referenceLength())
                .as(name)
                .isEqualTo(expected.get("ref_len").longValue());
        double[] percent = Arrays.stream(found.precisions()).map(p -> 100 * p).toArray();
        assertThat(percent).as(name).containsExactly(GoldenJson.doubles(expected.get("precisions")), within(1e-6));
        // The reference shows counts after smoothing.
        boolean added = smoothing.equals("add-k") && found.value() > 0;
        for (int n = 1; n <= 4; n++) {
            long more = added && n > 1 ? 1 : 0;
            assertThat(found.counts().matches()[n - 1] + more)
                    .as(name)
                    .isEqualTo(expected.get("counts").get(n - 1).longValue());
            assertThat(found.counts().totals()[n - 1] + more)
                    .as(name)
                    .isEqualTo(expected.get("totals").get(n - 1).longValue());
        }
    }

    @Test
    void sentencesHaveNltksScores() {
        for (JsonNode s : sentences()) {
            for (var entry : s.get("nltk").properties()) {
                int order = entry.getKey().charAt(4) - '0';
                Smoothing smoothing = NLTK.get(entry.getKey().substring(6));
                Bleu.Score found = new Bleu(order, smoothing, Absent.ONE_MISS)
                        .of(
                                WordSplit.WHITESPACE.split(s.get("hypothesis").stringValue()),
                                WordSplit.WHITESPACE.split(GoldenJson.strings(s.get("references"))));
                assertThat(found.value())
                        .as(entry.getKey() + " of " + s.get("hypothesis"))
                        .isCloseTo(entry.getValue().doubleValue(), within(1e-6));
            }
        }
    }

    @Test
    void textsOfOneAndTwoWordsHaveNltksScores() {
        for (JsonNode c : GoldenJson.read("text-metrics/bleu_short.json")) {
            List<String> text = WordSplit.WHITESPACE.split(c.get("hypothesis").stringValue());
            List<List<String>> references = WordSplit.WHITESPACE.split(GoldenJson.strings(c.get("references")));
            for (var entry : c.get("nltk").properties()) {
                int order = entry.getKey().charAt(4) - '0';
                Smoothing smoothing = NLTK.get(entry.getKey().substring(6));
                assertThat(new Bleu(order, smoothing, Absent.ONE_MISS)
                                .of(text, references)
                                .value())
                        .as(entry.getKey() + " of " + text)
                        .isCloseTo(entry.getValue().doubleValue(), within(1e-9));
            }
        }
    }

    @Test
    void everySmoothingScoresAShortTextWithItsLongOrdersLeftOut() {
        for (Smoothing smoothing : NLTK.values()) {
            double found = new Bleu(4, smoothing, Absent.LEFT_OUT)
                    .of(List.of("a", "b"), List.of(List.of("a", "b")))
                    .value();
            assertThat(found)
                    .as(smoothing.toString())
                    .isGreaterThanOrEqualTo(0.9)
                    .isLessThan(1.3);
        }
    }

    @Test
    void corporaHaveSacrebleusScores() {
        for (JsonNode c : GoldenJson.read("text-metrics/bleu.json").get("corpora")) {
            WordSplit split = SPLITS.get(c.get("tokenize").stringValue());
            boolean lower = c.get("lowercase").booleanValue();
            List<List<String>> texts = GoldenJson.stream(sentences())
                    .map(s -> split.split(cased(s.get("hypothesis").stringValue(), lower)))
                    .toList();
            List<List<List<String>>> references = GoldenJson.stream(sentences())
                    .map(s -> GoldenJson.strings(s.get("references")).stream()
                            .limit(c.get("references_per_text").intValue())
                            .map(r -> split.split(cased(r, lower)))
                            .toList())
                    .toList();
            check(c.get("signature").stringValue(), Bleu.corpus().ofCorpus(texts, references), c, "exp");
        }
    }

    private static String cased(String text, boolean lower) {
        return lower ? text.toLowerCase(Locale.ROOT) : text;
    }

    @Test
    void selfBleuIsTexygens() {
        for (JsonNode c : GoldenJson.read("text-metrics/self_bleu.json")) {
            List<List<String>> texts = WordSplit.WHITESPACE.split(GoldenJson.strings(c.get("lines")));
            for (int order = 2; order <= 5; order++) {
                assertThat(new Bleu(order, new Smoothing.Floor(0.1), Absent.ONE_MISS).self(texts))
                        .as(c.get("name") + ", order " + order)
                        .isCloseTo(c.get("self_bleu_" + order).doubleValue(), within(1e-6));
            }
        }
    }

    @Test
    void selfBleuIsTheMeanBleuAgainstAllOthers() {
        List<List<String>> texts = WordSplit.WHITESPACE.split(
                List.of("a b a b c d e f", "a b c d", "a b a b a b", "c d e f g h i", "x a b c d e"));
        double sum = 0;
        for (int i = 0; i < texts.size(); i++) {
            var others = new ArrayList<>(texts);
            others.remove(i);
            sum += Bleu.sentence().of(texts.get(i), others).value();
        }
        assertThat(Bleu.sentence().self(texts)).isCloseTo(sum / texts.size(), within(1e-12));
    }

    @Test
    void ofTwoReferencesEquallyNearTheShorterCounts() {
        var found = Bleu.sentence().of(List.of("a", "b", "c"), List.of(List.of("a", "b", "c", "d"), List.of("a", "b")));
        assertThat(found.counts().referenceLength()).isEqualTo(2);
    }

    @Test
    void anEmptyTextScoresNothing() {
        assertThat(Bleu.corpus().of(List.of(), List.of(List.of("a"))).value()).isZero();
        assertThat(Bleu.sentence().of(List.of(), List.of(List.of())).value()).isZero();
    }

    @Test
    void whatCannotBeComparedIsRefused() {
        assertThatThrownBy(() -> Bleu.corpus().of(List.of("a"), List.of()))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("at least one");
        assertThatThrownBy(() -> Bleu.corpus().ofCorpus(List.of(), List.of())).isInstanceOf(BadInput.class);
        assertThatThrownBy(() -> Bleu.corpus().ofCorpus(List.of(List.of("a")), List.of()))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("1 texts and references for 0");
        assertThatThrownBy(() -> Bleu.corpus().self(List.of(List.of("a"))))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("two or more, not 1");
        assertThatThrownBy(() -> new Bleu(0, new Smoothing.None(), Absent.ZERO)).isInstanceOf(BadInput.class);
    }
}
