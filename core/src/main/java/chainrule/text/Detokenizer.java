package chainrule.text;

import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * A stream from ids to text that hands out text as soon as no later token can change it.
 *
 * <p>No piece splits a character. The pieces of {@link #push} and {@link #end} joined are the text of the whole sequence.
 * For one text and one thread.
 */
public final class Detokenizer {
    private final IntFunction<Optional<String>> tokens;
    private final StringBuilder ready = new StringBuilder();
    private final Stage first;

    /**
     * @param tokens the text of a token for decoding, empty if it has none
     * @param decoders what becomes of the texts, in order; without any they are joined with spaces
     */
    Detokenizer(IntFunction<Optional<String>> tokens, List<TextDecoder> decoders) {
        this.tokens = tokens;
        Stage stage = new Stage.Text(ready);
        if (decoders.isEmpty()) {
            stage = new Stage.First(t -> t, t -> " " + t, stage);
        }
        int joined = firstJoining(decoders);
        for (int i = decoders.size() - 1; i >= 0; i--) {
            stage = decoders.get(i).stage(i > joined, stage);
        }
        first = stage;
    }

    private static int firstJoining(List<TextDecoder> decoders) {
        int i = 0;
        while (i < decoders.size() && !decoders.get(i).joins()) {
            i++;
        }
        return i;
    }

    /** Takes the next id and returns the text that it completes, which may be empty. */
    public String push(int id) {
        tokens.apply(id).ifPresent(first::take);
        return drain();
    }

    /** Ends the text and returns what was held back. */
    public String end() {
        first.end();
        return drain();
    }

    private String drain() {
        String text = ready.toString();
        ready.setLength(0);
        return text;
    }
}
