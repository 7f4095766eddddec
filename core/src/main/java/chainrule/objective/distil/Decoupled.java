package chainrule.objective.distil;

import chainrule.tensor.Ops;

/**
 * What the teacher says of the other tokens counts the same however sure it is of the target: α TKD + β DKD, without the
 * factor 1 − p[g] that KL(p ‖ q) has (Zhao et al., "Decoupled Knowledge Distillation", 2022; {@link Parts} has the
 * symbols). The paper takes α = 1, and β from 1 to 10 by how sure the teacher is. Alone, {@code alpha=0} or {@code beta=0}
 * shows what a part is worth.
 *
 * @param alpha α, the weight of TKD
 * @param beta β, the weight of DKD
 * @param temperature τ
 */
public record Decoupled(double alpha, double beta, double temperature) implements Divergence {
    public Decoupled {
        if (!(alpha >= 0 && beta >= 0 && Double.isFinite(alpha + beta))) {
            throw new IllegalArgumentException(
                    "alpha " + alpha + " and beta " + beta + ": numbers from 0 on are needed");
        }
        Divergence.checkTemperature(temperature);
    }

    /** Both parts with weight 1, at temperature 1. */
    public Decoupled() {
        this(1, 1, 1);
    }

    @Override
    public OnRows on(Whole batch) {
        return (_, rows) -> {
            Parts parts = Parts.of(rows);
            return Ops.mul(parts.target(), alpha).add(Ops.mul(parts.diversity(), beta));
        };
    }
}
