package chainrule.objective.distil;

/**
 * The student keeps to what the teacher thinks likely, rather than to cover all of it: KL(q ‖ p) = Σ_v q[v] (log q[v] − log
 * p[v]) for the teacher's p and the student's q (Gu et al., "MiniLLM: Knowledge Distillation of Large Language Models",
 * 2024, here token by token).
 *
 * @param temperature τ
 */
public record ReverseKl(double temperature) implements Divergence {
    public ReverseKl {
        Divergence.checkTemperature(temperature);
    }

    /** At temperature 1. */
    public ReverseKl() {
        this(1);
    }

    @Override
    public OnRows on(Whole batch) {
        return (_, rows) -> rows.exchanged().kl();
    }
}
