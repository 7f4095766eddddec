package chainrule.studies.gdc;

import chainrule.Progress;
import chainrule.control.Constraint;
import chainrule.control.ImportanceWeights;
import chainrule.control.PrefixTable;
import chainrule.control.Scorer;
import chainrule.control.Sequence;
import chainrule.control.SequenceModel;
import chainrule.control.Target;
import chainrule.gdc.Dpg;
import chainrule.gdc.Reinforce;
import chainrule.gdc.Settings;
import chainrule.gdc.Tuning;
import chainrule.optim.AdamW;
import chainrule.studies.Lab;
import chainrule.studies.Size;
import java.util.Arrays;
import java.util.List;

/**
 * All 4,096 texts of six symbols of four kinds under a random table, and one feature, "the last kind at least four times".
 * Everything but the training is exact.
 */
record ExactPart(Run original, Run pointwise, Run half, Run reward) {
    private static final Scorer OFTEN =
            Scorer.ofTokens("often", x -> Arrays.stream(x).filter(s -> s == 3).count() >= 4 ? 1 : 0);

    /**
     * A policy, exactly.
     *
     * @param klTarget KL(p‖π)
     * @param klBase KL(π‖a)
     * @param optimum KL(p‖a)
     * @param entropy in nats
     */
    record Run(String name, double moment, double klTarget, double tvd, double klBase, double optimum, double entropy) {
        List<Object> row() {
            return List.of(name, moment, klTarget, tvd, klBase, optimum, entropy);
        }
    }

    static final List<String> COLUMNS = List.of(
            "policy", "E[feature]", "KL(p, policy)", "TVD", "KL(policy, original)", "KL(p, original)", "entropy");

    static ExactPart run(Size size, Lab lab) {
        boolean smoke = size == Size.SMOKE;
        int steps = smoke ? 80 : 300;
        Settings settings = Settings.of(steps, smoke ? 256 : 512, new AdamW(smoke ? 0.1 : 0.05, 0.9, 0.999, 1e-8, 0, 0))
                .evaluated(10, smoke ? 256 : 2048)
                .withSeed(1);
        try (PrefixTable base = PrefixTable.random(4, 6, 0.5, 1);
                Progress progress = lab.progress("exact test bed", 3L * steps)) {
            SequenceModel model = SequenceModel.of(base, base.sequences());
            Target always = model.constrain(Constraint.always(OFTEN));
            Target half = model.constrain(Constraint.onAverage(OFTEN, 0.5));
            return new ExactPart(
                    judged("original", always, base),
                    trained("GDC, always", always, settings.with(new Dpg()), progress, 0),
                    trained("GDC, half of the texts", half, settings.with(new Dpg()), progress, steps),
                    trained("REINFORCE", always, settings.with(new Reinforce(OFTEN)), progress, 2L * steps));
        }
    }

    private static Run trained(String name, Target target, Settings settings, Progress progress, long before) {
        PrefixTable base = (PrefixTable) target.base().lm();
        try (PrefixTable policy = base.copy();
                Tuning tuning = new Tuning(target, policy, settings)) {
            tuning.run(e -> progress.update(before + e.step(), name), () -> false);
            return judged(name, target, policy);
        }
    }

    private static Run judged(String name, Target target, PrefixTable policy) {
        List<Sequence> all = policy.all();
        double[] logA = target.base().logProbabilities(all);
        double[] logPi = target.base().with(policy).logProbabilities(all);
        ImportanceWeights p = enumerated(target.logProbabilities(all, logA));
        ImportanceWeights pi = enumerated(logPi);
        double z = p.z().value();
        return new Run(
                name,
                pi.moment(OFTEN.of(all)).value(),
                p.kl(z, logPi).value(),
                p.tvd(z, logPi).value(),
                pi.kl(1, logA).value(),
                p.kl(z, logA).value(),
                -pi.kl(1, new double[all.size()]).value());
    }

    /** A mean over all texts, drawn once each from as many equally likely ones, is the sum over them. */
    private static ImportanceWeights enumerated(double... logP) {
        double[] uniform = new double[logP.length];
        Arrays.fill(uniform, -Math.log(logP.length));
        return new ImportanceWeights(logP, uniform);
    }

    List<Run> all() {
        return List.of(original, pointwise, half, reward);
    }
}
