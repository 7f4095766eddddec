package chainrule.decode.rule;

import chainrule.BadInput;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Adds to the score of a token, or of the last token of a sequence where the text ends with the others: OpenAI's
 * {@code logit_bias}, transformers' {@code sequence_bias}. As there, a sequence counts only in a text of at least its
 * own length.
 */
public record Bias(List<Phrase> phrases) implements LogitRule {
    /** What is added to the score of the last of {@code tokens}. */
    public record Phrase(List<Integer> tokens, double value) {
        public Phrase {
            tokens = List.copyOf(tokens);
            if (tokens.isEmpty() || Double.isNaN(value)) {
                throw new BadInput(
                        "A bias needs at least one token and a number, not " + tokens + " and " + value + ".");
            }
        }
    }

    public Bias {
        phrases = List.copyOf(phrases);
    }

    @Override
    public void apply(float[] scores, Path path) {
        for (Phrase phrase : phrases) {
            if (path.awaitsLastOf(phrase.tokens())) {
                scores[phrase.tokens().getLast()] += (float) phrase.value();
            }
        }
    }

    @Override
    public IntStream named() {
        return phrases.stream().flatMapToInt(p -> p.tokens().stream().mapToInt(Integer::intValue));
    }
}
