package chainrule.gdc;

import chainrule.control.Scorer;

/**
 * REINFORCE with a feature as the reward, on the policy's own texts: r = φ(x) (Williams, "Simple statistical gradient-following
 * algorithms", 1992). For comparison: nothing holds it near the original model, and it ends in a few texts.
 *
 * @param window of a moving mean that is taken off, in texts; 0: without, as in the paper
 */
public record Reinforce(Scorer reward, int window) implements Signal {
    public Reinforce(Scorer reward) {
        this(reward, 0);
    }

    @Override
    public boolean onPolicy() {
        return true;
    }

    @Override
    public Run start() {
        MovingBaseline baseline = new MovingBaseline(window);
        return new Run() {
            @Override
            public double[] weights(Seen seen) {
                return baseline.advantages(reward.of(seen.texts()));
            }

            @Override
            public double[] state() {
                return baseline.state();
            }

            @Override
            public void restore(double... state) {
                baseline.restore(state);
            }
        };
    }
}
