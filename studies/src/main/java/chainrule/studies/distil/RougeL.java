package chainrule.studies.distil;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * How much of two texts is one sequence of words (Lin, "ROUGE: A Package for Automatic Evaluation of Summaries", 2004): the
 * harmonic mean of the longest common subsequence's parts of both. Words are runs of letters and digits in lower case,
 * without stemming.
 */
final class RougeL {
    private static final Pattern BETWEEN = Pattern.compile("[^\\p{L}\\p{N}]+");

    private RougeL() {}

    /** From 0 to 1. */
    static double of(String text, String given) {
        List<String> a = words(text);
        List<String> b = words(given);
        int common = common(a, b);
        return common == 0 ? 0 : 2.0 * common / (a.size() + b.size());
    }

    /** Whether both have the same words. */
    static boolean same(String text, String given) {
        return words(text).equals(words(given));
    }

    private static List<String> words(String text) {
        return BETWEEN.splitAsStream(text.toLowerCase(Locale.ROOT))
                .filter(w -> !w.isEmpty())
                .toList();
    }

    private static int common(List<String> a, List<String> b) {
        int[] before = new int[b.size() + 1];
        for (String word : a) {
            int[] now = new int[b.size() + 1];
            for (int j = 0; j < b.size(); j++) {
                now[j + 1] = word.equals(b.get(j)) ? before[j] + 1 : Math.max(before[j + 1], now[j]);
            }
            before = now;
        }
        return before[b.size()];
    }
}
