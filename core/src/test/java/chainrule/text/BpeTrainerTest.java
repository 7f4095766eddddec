package chainrule.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BpeTrainerTest {
    private static final List<String> CORPUS = List.of(
            "The cat sat on the mat; the cats sat on 12 mats, and it's 1234 o'clock.",
            "  aaaa aaaaa aaa aabaab banana bananas\n\n\tthe theme of them all",
            "Über die Brücke geht der Künstler. 日本語の本。 🙂🙂 naïve café",
            "low lower lowest newer newest wider widest the the the");

    private static final int MERGES = 80;

    @Test
    void theMergesAreThoseOfTheDefinition() {
        for (boolean digits : new boolean[] {true, false}) {
            List<String> expected = naive(CORPUS, digits, MERGES);
            JsonNode json = JsonMapper.shared()
                    .readTree(new BpeTrainer(256 + 1 + MERGES, List.of("<end>"), digits, 1).train(CORPUS.stream()));
            List<String> merges = new ArrayList<>();
            json.get("model")
                    .get("merges")
                    .values()
                    .forEach(pair -> merges.add(
                            pair.get(0).stringValue() + " " + pair.get(1).stringValue()));
            assertThat(merges.subList(0, MERGES)).isEqualTo(expected);
        }
    }

    /** All pairs counted anew for each merge; ties go to the lowest ids. */
    private static List<String> naive(List<String> corpus, boolean digits, int count) {
        List<String> vocabulary = new ArrayList<>(List.of("<end>"));
        for (char c = 0; c < 400; c++) {
            if (ByteAlphabet.bytes(String.valueOf(c)) != null) {
                vocabulary.add(String.valueOf(c));
            }
        }
        List<List<String>> words = new ArrayList<>();
        String pattern = digits ? "\\p{N}|" : "";
        for (String text : corpus) {
            // Digits end a piece, so white space before one stays whole.
            for (String part : digits ? text.split("(?<=\\p{N})|(?=\\p{N})") : new String[] {text}) {
                Pattern.compile(pattern + OnigPattern.GPT2, Pattern.UNICODE_CHARACTER_CLASS)
                        .matcher(part)
                        .results()
                        .forEach(m -> words.add(
                                new ArrayList<>(ByteAlphabet.of(m.group().getBytes(StandardCharsets.UTF_8))
                                        .chars()
                                        .mapToObj(c -> String.valueOf((char) c))
                                        .toList())));
            }
        }
        List<String> merges = new ArrayList<>();
        while (merges.size() < count) {
            Map<List<String>, Integer> counts = new LinkedHashMap<>();
            words.forEach(word -> {
                for (int i = 0; i + 1 < word.size(); i++) {
                    counts.merge(List.of(word.get(i), word.get(i + 1)), 1, Integer::sum);
                }
            });
            List<String> best = counts.entrySet().stream()
                    .min(Map.Entry.<List<String>, Integer>comparingByValue()
                            .reversed()
                            .thenComparingInt(e -> vocabulary.indexOf(e.getKey().get(0)))
                            .thenComparingInt(e -> vocabulary.indexOf(e.getKey().get(1))))
                    .orElseThrow()
                    .getKey();
            merges.add(best.get(0) + " " + best.get(1));
            if (!vocabulary.contains(best.get(0) + best.get(1))) {
                vocabulary.add(best.get(0) + best.get(1));
            }
            for (List<String> word : words) {
                for (int i = 0; i + 1 < word.size(); i++) {
                    if (word.get(i).equals(best.get(0)) && word.get(i + 1).equals(best.get(1))) {
                        word.set(i, word.get(i) + word.remove(i + 1));
                    }
                }
            }
        }
        return merges;
    }

    @Test
    void anyTextSurvivesATrainedTokenizer() {
        String json = new BpeTrainer(290, List.of("<end>", "<pad>")).train(CORPUS.stream());
        assertThat(new BpeTrainer(290, List.of("<end>", "<pad>")).train(CORPUS.stream()))
                .isEqualTo(json);
        try (HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.parse(json, "trained")) {
            assertThat(tokenizer.size()).isEqualTo(290);
            assertThat(tokenizer.id("<end>")).hasValue(0);
            assertThat(tokenizer.isSpecial(1)).isTrue();
            assertThat(tokenizer.encode("the 42<end>", false).tokens()).containsExactly("the", "Ġ", "4", "2", "<end>");
            Random random = new Random(5);
            for (int n = 0; n < 500; n++) {
                StringBuilder text = new StringBuilder();
                for (int i = random.nextInt(20); i > 0; i--) {
                    int c = random.nextInt(random.nextBoolean() ? 128 : 0x11000);
                    text.appendCodePoint(c >= 0xD800 && c < 0xE000 ? ' ' : c);
                }
                assertThat(tokenizer.decode(tokenizer.ids(text.toString(), true), false))
                        .isEqualTo(text.toString());
            }
        }
    }

    @Test
    void specialTokensAreNeverLearnt() {
        String json = new BpeTrainer(300, List.of("abab"), true, 1).train(Stream.of("abab abab abab abab"));
        try (HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.parse(json, "trained")) {
            assertThat(tokenizer.decode(tokenizer.ids("xabab", false), true)).isEqualTo("x");
            assertThat(json).doesNotContain("[\"ab\",\"ab\"]").contains("[\"a\",\"b\"]");
        }
    }

    @Test
    void withNothingToMergeTheBytesAreLeft() {
        String json = new BpeTrainer(1000, List.of()).train(Stream.of("", "abc"));
        try (HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.parse(json, "trained")) {
            assertThat(tokenizer.size()).isEqualTo(256);
            assertThat(tokenizer.decode(tokenizer.ids("déjà", false), false)).isEqualTo("déjà");
        }
    }

    @Test
    void settingsThatCannotBeAreRefused() {
        assertThatThrownBy(() -> new BpeTrainer(256, List.of("<end>")))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("too small");
        assertThatThrownBy(() -> new BpeTrainer(999, List.of("a"))).isInstanceOf(BadInput.class);
        assertThatThrownBy(() -> new BpeTrainer(999, List.of("<a>", "<a>"))).isInstanceOf(BadInput.class);
        assertThatThrownBy(() -> new BpeTrainer(999, List.of(), true, 0)).isInstanceOf(BadInput.class);
    }
}
