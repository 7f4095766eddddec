package chainrule.decode;

import chainrule.BadInput;
import chainrule.decode.filter.Distribution;
import java.util.Arrays;

/**
 * The most probable tokens that may follow a text, best first, the first of equals first.
 *
 * @param probabilities among all tokens, not among these
 */
record Candidates(int[] tokens, double[] probabilities) {
    /** No more than {@code k}: tokens that the rules forbid are not among them. */
    static Candidates of(int k, float[] scores) {
        int[] tokens = Arrays.stream(Distribution.best(k, scores))
                .filter(token -> scores[token] > Float.NEGATIVE_INFINITY)
                .toArray();
        Distribution p = Distribution.of(scores);
        return new Candidates(
                tokens, Arrays.stream(tokens).mapToDouble(p::probability).toArray());
    }

    int count() {
        return tokens.length;
    }

    /** Refuses a number of candidates that no model has, or not this one. */
    static void check(int k, int vocabulary) {
        if (k < 1) {
            throw new BadInput("k must be at least 1, not " + k + ".");
        }
        if (k > vocabulary) {
            throw new BadInput(
                    "k must be at most the number of the model's tokens, " + vocabulary + ", not " + k + ".");
        }
    }
}
