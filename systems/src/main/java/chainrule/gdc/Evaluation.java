package chainrule.gdc;

import chainrule.control.Estimate;
import chainrule.control.ImportanceWeights;
import chainrule.control.Scorer;
import chainrule.control.Sequence;
import java.util.List;

/**
 * What fresh texts of the proposal say of it and of the policy, p being the target, a the original model. All but the numbers
 * that name the proposal are of the policy, by importance sampling. Divergences are in nats.
 *
 * @param step steps taken
 * @param mass Z on these texts alone
 * @param z over all evaluations so far; 0 while no text had the target's features, and then all that needs it is NaN
 * @param klTarget KL(p‖π)
 * @param klProposal KL(p‖q)
 * @param klBase KL(π‖a): how far the policy has gone
 * @param tvd TVD(p,π)
 * @param tvdProposal TVD(p,q)
 * @param moments of the target's features under the policy
 * @param effectiveSampleSize of the weights P/q, of all {@code texts}
 * @param replaced whether the policy became the proposal after this
 */
public record Evaluation(
        long step,
        Estimate mass,
        double z,
        Estimate klTarget,
        Estimate klProposal,
        Estimate klBase,
        Estimate tvd,
        Estimate tvdProposal,
        List<Estimate> moments,
        double effectiveSampleSize,
        int texts,
        boolean replaced) {

    /** @param logP as it counts for {@code z} */
    static Evaluation of(
            long step,
            List<Scorer> features,
            List<Sequence> texts,
            double z,
            double[] logA,
            double[] logP,
            double[] logQ,
            double... logPi) {
        ImportanceWeights target = new ImportanceWeights(logP, logQ);
        ImportanceWeights policy = new ImportanceWeights(logPi, logQ);
        double known = z > 0 ? z : Double.NaN;
        return new Evaluation(
                step,
                target.z(),
                z,
                target.kl(known, logPi),
                target.kl(known, logQ),
                policy.kl(1, logA),
                target.tvd(known, logPi),
                target.tvd(known, logQ),
                features.stream().map(f -> policy.moment(f.of(texts))).toList(),
                target.effectiveSampleSize(),
                texts.size(),
                false);
    }

    Evaluation replacing() {
        return new Evaluation(
                step,
                mass,
                z,
                klTarget,
                klProposal,
                klBase,
                tvd,
                tvdProposal,
                moments,
                effectiveSampleSize,
                texts,
                true);
    }
}
