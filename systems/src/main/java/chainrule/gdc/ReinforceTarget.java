package chainrule.gdc;

import chainrule.BadInput;

/**
 * REINFORCE with the target's unnormalised probability as the reward, on the policy's own texts: r = scale · P(x). For
 * comparison: it seeks the single text with the largest P.
 *
 * @param scale 1e25 in the paper, for texts of 40 tokens; less for shorter ones, whose gradients would overflow
 */
public record ReinforceTarget(double scale) implements Signal {
    public ReinforceTarget {
        if (!(scale > 0)) {
            throw new BadInput("The reward's scale must be above 0, not " + scale + ".");
        }
    }

    public ReinforceTarget() {
        this(1e25);
    }

    @Override
    public boolean onPolicy() {
        return true;
    }

    @Override
    public Run start() {
        return (Memoryless) seen -> seen.each(j -> Math.exp(Math.log(scale) + seen.logP()[j]));
    }
}
