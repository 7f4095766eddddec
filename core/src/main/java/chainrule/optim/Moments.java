package chainrule.optim;

/** What {@link Mezo} remembers of its past estimates (Malladi et al., 2023, section 2.2 and appendix B.2). */
public sealed interface Moments {
    /** Nothing. */
    record None() implements Moments {}

    /**
     * A mean of the estimates with weights βⁱ, i steps back, normalised to 1: Adam's first moment. It is made again from
     * the log at every step and takes no memory, but one drawing of z for each step remembered.
     *
     * @param window the steps remembered; with 66 what is left out weighs less than 10⁻³ at β = 0.9
     */
    record Momentum(double beta, int window) implements Moments {
        public Momentum {
            if (!(beta >= 0 && beta < 1) || window < 1) {
                throw new IllegalArgumentException("β " + beta + " and a window of " + window
                        + " steps: β from 0 to below 1, and 1 or more steps");
            }
        }

        public Momentum() {
            this(0.9, 66);
        }
    }

    /**
     * {@link AdamW} on the estimate, which is written out: with its two moments three times the parameters' memory.
     *
     * @param clip the longest estimate that is taken as it is; 0: every one is. It is about √d times as long as the
     *     gradient of d parameters
     */
    record Adam(double beta1, double beta2, double epsilon, double clip) implements Moments {
        public Adam {
            var _ = new AdamW(1, beta1, beta2, epsilon, 0, clip);
        }

        public Adam() {
            this(0.9, 0.999, 1e-8, 0);
        }
    }
}
