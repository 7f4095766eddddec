package chainrule.objective.distil;

/**
 * The student covers all that the teacher thinks possible (Hinton et al., "Distilling the Knowledge in a Neural Network",
 * 2015): KL(p ‖ q) = Σ_v p[v] (log p[v] − log q[v]) for the teacher's p and the student's q. Its gradient by z is (q − p)/τ.
 *
 * @param temperature τ
 */
public record ForwardKl(double temperature) implements Divergence {
    public ForwardKl {
        Divergence.checkTemperature(temperature);
    }

    /** At temperature 1. */
    public ForwardKl() {
        this(1);
    }

    @Override
    public OnRows on(Whole batch) {
        return (_, rows) -> rows.kl();
    }
}
