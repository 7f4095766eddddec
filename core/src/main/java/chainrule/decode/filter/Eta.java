package chainrule.decode.filter;

import chainrule.BadInput;

/**
 * Keeps tokens of at least the probability min(ε, √ε exp(-entropy)), and the best one, so that less is removed where the
 * model is unsure. Hewitt, Manning and Liang, "Truncation Sampling as Language Model Desmoothing", 2022,
 * with ε from 3e-4 to 4e-3.
 *
 * @param epsilon ε
 */
public record Eta(double epsilon) implements Filter {
    public Eta {
        if (!(epsilon > 0 && epsilon < 1)) {
            throw new BadInput("ε must lie between 0 and 1, not " + epsilon + ".");
        }
    }

    @Override
    public void apply(float[] scores) {
        Distribution d = Distribution.of(scores);
        Epsilon.above(Math.min(epsilon, Math.sqrt(epsilon) * Math.exp(-d.entropy())), d);
    }
}
