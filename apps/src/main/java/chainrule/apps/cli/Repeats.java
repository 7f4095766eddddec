package chainrule.apps.cli;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Words of a text that belong to a phrase which has occurred before. */
final class Repeats {
    private static final Pattern WORD = Pattern.compile("\\S+");

    private Repeats() {}

    /**
     * A word.
     *
     * @param lines how many line ends stand before it
     */
    record Word(String text, int lines, boolean repeated) {}

    /**
     * The words of {@code text}; those of a phrase of {@code length} words that ends here and began before, in {@code before} or
     * in the text itself, are repeated.
     */
    static List<Word> of(int length, String before, String text) {
        List<String> words = new ArrayList<>(
                WORD.matcher(before).results().map(r -> r.group()).toList());
        int first = words.size();
        List<Integer> lines = new ArrayList<>();
        Matcher matcher = WORD.matcher(text);
        for (int end = 0; matcher.find(); end = matcher.end()) {
            words.add(matcher.group());
            lines.add((int) text.substring(end, matcher.start())
                    .chars()
                    .filter(c -> c == '\n')
                    .count());
        }
        boolean[] repeated = new boolean[words.size()];
        Set<List<String>> seen = new HashSet<>();
        for (int i = 0; i + length <= words.size(); i++) {
            if (!seen.add(List.copyOf(words.subList(i, i + length)))) {
                for (int j = i; j < i + length; j++) {
                    repeated[j] = true;
                }
            }
        }
        List<Word> all = new ArrayList<>();
        for (int i = first; i < words.size(); i++) {
            all.add(new Word(words.get(i), lines.get(i - first), repeated[i]));
        }
        return all;
    }
}
