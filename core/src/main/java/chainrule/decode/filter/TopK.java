package chainrule.decode.filter;

import chainrule.BadInput;

/**
 * Keeps the k best tokens, and those that equal the last of them. Fan, Lewis and Dauphin, "Hierarchical Neural Story
 * Generation", 2018.
 */
public record TopK(int k) implements Filter {
    public TopK {
        if (k < 1) {
            throw new BadInput("k must be at least 1, not " + k + ".");
        }
    }

    @Override
    public void apply(float[] scores) {
        if (k < scores.length) {
            Distribution.keepFrom(scores[Distribution.best(k, scores)[k - 1]], scores);
        }
    }
}
