package chainrule.objective.distil;

import chainrule.tensor.Ops;

/**
 * The probability on which teacher and student differ: ½ Σ_v |p[v] − q[v]|, from 0 to 1 (Wen et al., "f-Divergence
 * Minimization for Sequence-Level Knowledge Distillation", 2023). A wrong token counts no more the further off it is, so that
 * a student far from its teacher learns slowly: start from a pretrained one.
 *
 * @param temperature τ
 */
public record TotalVariation(double temperature) implements Divergence {
    public TotalVariation {
        Divergence.checkTemperature(temperature);
    }

    /** At temperature 1. */
    public TotalVariation() {
        this(1);
    }

    @Override
    public OnRows on(Whole batch) {
        return (_, rows) -> Ops.mul(
                rows.teacher().log().exp().sub(rows.student().log().exp()).abs().sum(-1), 0.5);
    }
}
