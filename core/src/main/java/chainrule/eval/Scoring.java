package chainrule.eval;

import chainrule.BadInput;
import chainrule.decode.Token;
import chainrule.decode.filter.Distribution;
import chainrule.model.CausalLM;
import chainrule.tensor.Ops;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The log-probability of every token of a text given those before it, and the best tokens in its place.
 *
 * @param alternatives how many of the best
 */
public record Scoring(int alternatives) {
    public Scoring {
        if (alternatives < 0) {
            throw new BadInput("The number of alternatives must not be negative, not " + alternatives + ".");
        }
    }

    /**
     * One token for each of {@code ids}; the first, which nothing predicts, has no log-probability and no alternatives.
     *
     * @throws BadInput where there are no ids, or more than the model's context holds, or one is not in its vocabulary
     */
    public List<Token> of(CausalLM lm, int[] ids, Reading reading) {
        check(lm, ids);
        List<Token> tokens = new ArrayList<>();
        tokens.add(new Token(ids[0], OptionalDouble.empty(), List.of()));
        if (ids.length > 1) {
            reading.read(lm, new int[][] {ids}, 0, (_, from, logits) -> {
                float[] all = Ops.floats(logits);
                int width = (int) logits.size(1);
                for (int r = 0; r * width < all.length; r++) {
                    tokens.add(token(ids[from + r + 1], Arrays.copyOfRange(all, r * width, (r + 1) * width)));
                }
            });
        }
        return tokens;
    }

    private Token token(int id, float[] scores) {
        Distribution said = Distribution.of(scores);
        List<Token.Alternative> best = new ArrayList<>();
        for (int other : Distribution.best(Math.min(alternatives, scores.length), scores)) {
            best.add(new Token.Alternative(other, said.logProbability(other)));
        }
        return new Token(id, OptionalDouble.of(said.logProbability(id)), best);
    }

    private static void check(CausalLM lm, int... ids) {
        if (ids.length == 0) {
            throw new BadInput("There is no text to score: give at least one token.");
        }
        if (ids.length > lm.context()) {
            throw new BadInput("The text has " + ids.length + " tokens, more than the model's context of "
                    + lm.context() + ": shorten it.");
        }
        for (int id : ids) {
            if (id < 0 || id >= lm.vocabulary()) {
                throw new BadInput(
                        "The text has token " + id + ", but the vocabulary ends at " + (lm.vocabulary() - 1) + ".");
            }
        }
    }
}
