package chainrule.gdc;

import chainrule.BadInput;
import java.util.Locale;

/**
 * Any f-divergence towards the target, D_f(π‖p) = E_p[f(π/p)]: its gradient is that of a policy with the reward −f'(t), t =
 * π(x)/p(x), so that r = π/q (−f'(t) − b), with b a moving mean of the rewards (Go, Korbak, Kruszewski, Rozen, Ryu and
 * Dymetman, "Aligning Language Models with Preferences through f-divergence Minimization", ICML 2023). The reverse KL with P =
 * a exp(r/β) is the objective of reinforcement learning from human feedback. The target's mass matters, but for the KL.
 *
 * @param kind f
 * @param window of the moving mean, in texts; 0: without
 */
public record FDivergence(Kind kind, int window) implements Signal {
    /** A divergence by f', as a function of log t. */
    public enum Kind {
        /** KL(p‖π): f' = −1/t. */
        KL {
            @Override
            double derivative(double logT) {
                return -Math.exp(-logT);
            }
        },
        /** KL(π‖p): f' = log t + 1. */
        REVERSE_KL {
            @Override
            double derivative(double logT) {
                return logT + 1;
            }
        },
        /** Jensen-Shannon: f' = log 2 − softplus(−log t). */
        JS {
            @Override
            double derivative(double logT) {
                double softplus = Math.max(-logT, 0) + Math.log1p(Math.exp(-Math.abs(logT)));
                return Math.log(2) - softplus;
            }
        },
        /** Total variation: f' = sign(log t)/2. */
        TV {
            @Override
            double derivative(double logT) {
                return Math.signum(logT) / 2;
            }
        },
        /** χ²(p‖π): f' = 1 − t⁻². */
        CHI_SQUARE {
            @Override
            double derivative(double logT) {
                return 1 - Math.exp(-2 * logT);
            }
        },
        /** χ²(π‖p): f' = 2 (t − 1). */
        REVERSE_CHI_SQUARE {
            @Override
            double derivative(double logT) {
                return 2 * (Math.exp(logT) - 1);
            }
        };

        /** f' at t; for t = ∞ of a text that the target rules out. */
        abstract double derivative(double logT);

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public FDivergence {
        if (window < 0) {
            throw new BadInput("A window of " + window + " texts: 0 or more.");
        }
    }

    /** With a moving mean over 1,024 texts, as in disco. */
    public FDivergence(Kind kind) {
        this(kind, 1024);
    }

    @Override
    public boolean onPolicy() {
        return false;
    }

    @Override
    public Run start() {
        return new Moving(this, new MovingBaseline(window));
    }

    private record Moving(FDivergence of, MovingBaseline baseline) implements Run {
        @Override
        public double[] weights(Seen seen) {
            double[] logPi = seen.logPi().get();
            double[] rewards = seen.each(j -> -of.kind.derivative(logPi[j] + Math.log(seen.z()) - seen.logP()[j]));
            for (double reward : rewards) {
                if (!Double.isFinite(reward)) {
                    throw new BadInput("The divergence " + of.kind
                            + " is infinite towards a target that rules texts out: use kl, js or tv.");
                }
            }
            double[] advantages = baseline.advantages(rewards);
            return seen.each(j -> Math.exp(logPi[j] - seen.logQ()[j]) * advantages[j]);
        }

        @Override
        public double[] state() {
            return baseline.state();
        }

        @Override
        public void restore(double... state) {
            baseline.restore(state);
        }
    }
}
