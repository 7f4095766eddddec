package chainrule.decode.rule;

import chainrule.BadInput;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Forbids the last token of a word, a sequence of tokens, where the text ends with the others: transformers'
 * {@code bad_words_ids}. As there, a token that ends the text cannot be banned, and a word counts only in a text of at
 * least its own length.
 */
public record BannedWords(List<List<Integer>> words) implements LogitRule {
    public BannedWords {
        words = words.stream().map(List::copyOf).toList();
        if (words.contains(List.<Integer>of())) {
            throw new BadInput("A banned word needs at least one token.");
        }
    }

    @Override
    public void apply(float[] scores, Path path) {
        for (List<Integer> word : words) {
            boolean end = word.size() == 1 && path.isEnd(word.getFirst());
            if (!end && path.awaitsLastOf(word)) {
                scores[word.getLast()] = Float.NEGATIVE_INFINITY;
            }
        }
    }

    @Override
    public IntStream named() {
        return words.stream().flatMapToInt(w -> w.stream().mapToInt(Integer::intValue));
    }
}
