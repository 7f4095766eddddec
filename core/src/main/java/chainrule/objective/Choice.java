package chainrule.objective;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A text and what may follow it, in token ids.
 *
 * @param prompt one token or more
 * @param options one or more, each of one token or more
 * @param right the number of the true one
 */
public record Choice(int[] prompt, List<int[]> options, int right) {
    public Choice {
        if (Stream.concat(Stream.of(prompt), options.stream()).anyMatch(ids -> ids.length == 0)) {
            throw new IllegalArgumentException("a prompt and options need one token or more");
        }
        if (right < 0 || right >= options.size()) {
            throw new IllegalArgumentException(
                    "option " + right + " of " + options.size() + " cannot be the right one");
        }
    }

    /** A text and its only continuation. */
    public static Choice answer(int[] prompt, int... answer) {
        return new Choice(prompt, List.of(answer), 0);
    }

    /**
     * The choice whose texts, each with an option, are shortened from the left to {@code length} tokens, of which the
     * first, if it is {@code begin}, stays.
     */
    public Choice within(int length, int begin) {
        int longest = options.stream().mapToInt(o -> o.length).max().orElseThrow();
        int room = Math.max(1, length - longest);
        if (prompt.length <= room) {
            return this;
        }
        int[] kept = Arrays.copyOfRange(prompt, prompt.length - room, prompt.length);
        if (prompt[0] == begin) {
            kept[0] = begin;
        }
        return new Choice(kept, options, right);
    }
}
