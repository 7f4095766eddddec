package chainrule.gdc;

/**
 * The distributional policy gradient, off the policy: r = P(x)/q(x). As ∇KL(p‖π) = −E_p[∇ log π] = −1/Z E_q[P/q ∇ log π], a
 * step is one of cross-entropy towards p, and the target's mass only scales it (Parshakova, Andreoli and Dymetman,
 * "Distributional Reinforcement Learning For Energy-Based Sequential Models", 2019; Khalifa, Elsahar and Dymetman, 2021,
 * algorithm 1). The paper takes batches of 2,048 texts, Adam at 1.41e-5 for GPT-2, and evaluates every 10 steps.
 *
 * @param baseline whether Z π(x)/q(x) is taken off, whose gradient has mean 0, to lower the variance: r = P/q − Z π/q (Korbak,
 *     Elsahar, Kruszewski and Dymetman, "On Reinforcement Learning and Distribution Matching for Fine-Tuning Language Models
 *     with no Catastrophic Forgetting", NeurIPS 2022)
 */
public record Dpg(boolean baseline) implements Signal {
    public Dpg() {
        this(false);
    }

    @Override
    public boolean onPolicy() {
        return false;
    }

    @Override
    public Run start() {
        return (Memoryless) seen -> {
            double[] ratio = seen.each(j -> Math.exp(seen.logP()[j] - seen.logQ()[j]));
            if (!baseline) {
                return ratio;
            }
            double[] logPi = seen.logPi().get();
            return seen.each(j -> ratio[j] - seen.z() * Math.exp(logPi[j] - seen.logQ()[j]));
        };
    }
}
