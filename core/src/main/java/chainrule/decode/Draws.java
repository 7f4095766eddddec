package chainrule.decode;

import chainrule.tensor.Counter;

/**
 * A text's random numbers: u(seed, index, position), uniform on [0,1). A draw depends on nothing else, so neither the
 * other texts of a batch nor drafts that were read in vain shift it.
 */
public record Draws(Counter counter) {
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
}
