package chainrule.eval;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How far a predicted answer shares its words with a true one: the harmonic mean of the shares of the prediction's words
 * and of the true answer's words that are in both, counted with repetition, in normal form (Rajpurkar et al., "SQuAD",
 * 2016). The best over the true answers; where the first of them is {@code no answer} or {@code CANNOTANSWER} it is 1 if
 * the prediction is the same in normal form, else 0. 0 where nothing is shared.
 */
public record TokenF1(String prediction, List<String> golds) {
    private static final Set<String> NONE = Set.of("no answer", "CANNOTANSWER");
    private static final String PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    /** From 0 to 1. */
    public double value() {
        if (NONE.contains(golds.getFirst())) {
            return normal(prediction).equals(normal(golds.getFirst())) ? 1 : 0;
        }
        return golds.stream()
                .mapToDouble(gold -> f1(words(prediction), words(gold)))
                .max()
                .orElseThrow();
    }

    /** Lower case, without ASCII punctuation, without the words a, an and the, with single spaces. */
    public static String normal(String text) {
        String plain = text.toLowerCase(Locale.ROOT)
                .codePoints()
                .filter(c -> PUNCTUATION.indexOf(c) < 0)
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
        String spaced = plain.replaceAll("(?U)\\b(a|an|the)\\b", " ");
        return String.join(" ", words(spaced, "(?U)\\s+"));
    }

    private static List<String> words(String text) {
        return words(normal(text), " ");
    }

    private static List<String> words(String text, String between) {
        return Arrays.stream(text.split(between)).filter(w -> !w.isEmpty()).toList();
    }

    private static double f1(List<String> predicted, List<String> gold) {
        Map<String, Integer> left = new HashMap<>();
        gold.forEach(w -> left.merge(w, 1, Integer::sum));
        int same = 0;
        for (String word : predicted) {
            if (left.merge(word, -1, Integer::sum) >= 0) {
                same++;
            }
        }
        if (same == 0) {
            return 0;
        }
        double precision = (double) same / predicted.size();
        double recall = (double) same / gold.size();
        return 2 * precision * recall / (precision + recall);
    }
}
