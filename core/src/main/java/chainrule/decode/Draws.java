package chainrule.decode;

import chainrule.decode.draft.Chance;
import chainrule.tensor.Counter;

/**
 * A text's random numbers: u(seed, index, position), uniform on [0,1). A draw depends on nothing else, so neither the
 * other texts of a batch nor drafts that were read in vain shift it. Drafts have further numbers of the same position.
 */
public record Draws(Counter counter) implements Chance {
    /**
     * @param seed of a batch of texts
     * @param index which text of the batch
     */
    public static Draws of(long seed, int index) {
        return new Draws(Counter.of(seed, index));
    }

    /** The draw for the token at {@code position}, counted from the prompt's first. */
    public double at(int position) {
        return counter.uniform(position);
    }

    @Override
    public int draw(double[] law, int position, int n) {
        double left = n == 0 ? at(position) : further(position).uniform(2L * n);
        int token = 0;
        for (int i = 0; i < law.length; i++) {
            if (law[i] > 0) {
                token = i;
                left -= law[i];
                if (left < 0) {
                    return token;
                }
            }
        }
        return token;
    }

    @Override
    public boolean happens(double probability, int position, int n) {
        return further(position).uniform(2L * n + 1) < probability;
    }

    private Counter further(int position) {
        return Counter.of(counter.key(), position);
    }
}
