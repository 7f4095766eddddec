package chainrule.gdc;

import chainrule.control.Sequence;
import java.util.List;
import java.util.function.Supplier;

/**
 * How much each sampled text pulls the policy: the r[j] of the gradient step that lowers −1/n Σ r[j] log π(x[j]), in which
 * they are constants.
 */
public sealed interface Signal permits Dpg, FDivergence, Reinforce, ReinforceTarget, Ziegler {
    /**
     * A step's texts and what the models say of them.
     *
     * @param logA [n] of the original model
     * @param logP [n] of the target; -∞ for a text that it rules out
     * @param logQ [n] of the model that drew them: the proposal, or the policy as it was when the step began
     * @param logPi computes [n] of the policy as it is
     * @param z the target's mass as far as it is known
     * @param pass how often these texts have been learnt from before
     */
    record Seen(
            List<Sequence> texts,
            double[] logA,
            double[] logP,
            double[] logQ,
            Supplier<double[]> logPi,
            double z,
            int pass) {
        /** A number for each text. */
        double[] each(Each of) {
            double[] all = new double[texts.size()];
            for (int j = 0; j < all.length; j++) {
                all[j] = of.at(j);
            }
            return all;
        }
    }

    /** A number for the text with number {@code j}. */
    interface Each {
        double at(int j);
    }

    /** Whether every step draws from the policy itself; else from the proposal. */
    boolean onPolicy();

    /** How often a step's texts are learnt from. */
    default int passes() {
        return 1;
    }

    Run start();

    /** A signal with what it remembers from step to step. */
    interface Run {
        /** r: [n]. */
        double[] weights(Seen seen);

        /** What it remembers. */
        double[] state();

        /** Takes over a {@link #state} saved before. */
        void restore(double... state);
    }

    /** A signal that remembers nothing. */
    interface Memoryless extends Run {
        @Override
        default double[] state() {
            return new double[0];
        }

        @Override
        default void restore(double... state) {}
    }
}
