package chainrule.control;

import chainrule.BadInput;
import chainrule.text.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The texts that a distribution is over: those that follow {@code prompt} and have {@code length} tokens, or fewer where
 * the last is one of {@code ends}. A model's probability of such a text is the product over its tokens, end token included
 * and prompt excluded, and these add up to 1. Every model that takes part in one comparison has the same sequences:
 * another prompt, length or end would be another space.
 *
 * @param prompt one token or more
 * @param ends tokens that end a text; none: all texts have the full length
 * @param reader what tokens read as
 */
public record Sequences(int[] prompt, int length, List<Integer> ends, Function<int[], String> reader) {
    /** @throws BadInput where the prompt is empty or the length is less than 1 */
    public Sequences {
        prompt = prompt.clone();
        ends = List.copyOf(ends);
        if (prompt.length == 0) {
            throw new BadInput("The prompt is empty: give at least one token, such as the model's start token.");
        }
        if (length < 1) {
            throw new BadInput("The texts must have 1 token or more, not " + length + ".");
        }
    }

    /** As {@code tokenizer} reads them, special tokens left out. */
    public static Sequences of(Tokenizer tokenizer, int[] prompt, int length, int... ends) {
        return new Sequences(prompt, length, boxed(ends), ids -> tokenizer.decode(ids, true));
    }

    /** Of tokens without a tokenizer: a text is their ids with spaces between. */
    public static Sequences ofTokens(int[] prompt, int length, int... ends) {
        return new Sequences(
                prompt,
                length,
                boxed(ends),
                ids -> Arrays.stream(ids).mapToObj(Integer::toString).collect(Collectors.joining(" ")));
    }

    /** @param tokens after the prompt */
    public Sequence read(int... tokens) {
        return new Sequence(tokens, reader.apply(tokens));
    }

    private static List<Integer> boxed(int... ids) {
        return Arrays.stream(ids).boxed().toList();
    }
}
