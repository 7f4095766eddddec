package chainrule.decode;

import chainrule.decode.draft.Drafted;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The continuation of a text.
 *
 * @param tokens after the prompt, the token that ended the text included
 * @param text without special tokens and without the stop string
 * @param score what the method thinks of it, where it says so
 * @param others the next best, where the method was asked for several
 * @param drafted what became of the tokens that were drafted, where the method drafts
 */
public record Result(
        List<Token> tokens,
        String text,
        Finish finish,
        OptionalDouble score,
        List<Result> others,
        Optional<Drafted> drafted) {
    /** Why a text ended. */
    public enum Finish {
        /** A stop token, a stop string or the method itself. */
        STOP,
        /** The number of tokens asked for, or the model's context. */
        LENGTH,
        CANCELLED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public int[] ids() {
        return tokens.stream().mapToInt(Token::id).toArray();
    }

    /** Where the request asked for them. */
    public double[] logprobs() {
        return tokens.stream().mapToDouble(t -> t.logprob().orElseThrow()).toArray();
    }

    /** This and the others, best first. */
    public List<Result> all() {
        List<Result> all = new ArrayList<>(List.of(this));
        all.addAll(others);
        return all;
    }
}
