package chainrule.studies.gdc;

import chainrule.Progress;
import chainrule.control.Constraint;
import chainrule.control.Estimate;
import chainrule.control.ImportanceWeights;
import chainrule.control.Newton;
import chainrule.control.QuasiRejection;
import chainrule.control.Sampler;
import chainrule.control.Scorer;
import chainrule.control.SequenceModel;
import chainrule.control.Sequences;
import chainrule.control.Target;
import chainrule.gdc.Criterion;
import chainrule.gdc.Dpg;
import chainrule.gdc.Evaluation;
import chainrule.gdc.Reinforce;
import chainrule.gdc.Settings;
import chainrule.gdc.Tuning;
import chainrule.model.Decoder;
import chainrule.optim.AdamW;
import chainrule.studies.Kept;
import chainrule.studies.Lab;
import chainrule.studies.data.DataSets;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A character model of first names: one feature of all, one of half, both kinds together, and a rare one. */
record NamesPart(Controlled z, Measured reward, Controlled half, Controlled both, Race race) {
    private static final int LONGEST = 15;
    private static final int SAMPLES = 2048;
    static final int BATCH = 512;
    private static final long STEPS = 150;

    /**
     * A target reached by training.
     *
     * @param optimum KL(p‖a)
     * @param truth samples of p
     * @param policy that was trained
     */
    record Controlled(Measured original, Estimate optimum, Measured truth, Measured policy) {}

    /**
     * How many texts it took until half of the policy's had a rare feature.
     *
     * @param adaptive infinite where it never came so far
     * @param fixed with the original model as proposal throughout
     */
    record Race(double adaptive, double fixed) {}

    static NamesPart run(Lab lab) throws IOException {
        List<int[]> names = Files.readAllLines(lab.data().files(DataSets.NAMES).getFirst()).stream()
                .map(String::strip)
                .filter(name -> name.matches("[a-z]{1," + LONGEST + "}"))
                .map(name -> name.chars().map(c -> c - 'a' + 1).toArray())
                .toList();
        try (Decoder lm = new SmallModel(27, LONGEST + 1, 0, 256, 800).train("names: model", names, lab);
                Progress progress = lab.progress("names: control", 6 * STEPS)) {
            return run(
                    SequenceModel.of(lm, new Sequences(new int[] {0}, LONGEST + 1, List.of(0), NamesPart::read)),
                    lab.kept(),
                    progress);
        }
    }

    private static NamesPart run(SequenceModel base, Kept kept, Progress progress) throws IOException {
        Scorer z = new Scorer.Contains("z");
        Scorer a = new Scorer.EndsWith("a");
        Scorer th = new Scorer.Contains("th");
        Settings settings = settings(1);
        Target always = base.constrain(Constraint.always(z));
        Controlled first = kept.once("names with z", Controlled.class, () -> controlled(always, settings, progress, 0));
        Trained reward = kept.once(
                "names by reward",
                Trained.class,
                () -> trained("REINFORCE", always, settings.with(new Reinforce(z)), progress, STEPS));
        Controlled half = kept.once(
                "half of the names with a",
                Controlled.class,
                () -> controlled(fit(base, Constraint.onAverage(a, 0.5)), settings, progress, 2 * STEPS));
        Controlled both = kept.once(
                "names with th, half with a",
                Controlled.class,
                () -> controlled(
                        fit(base, Constraint.always(th), Constraint.onAverage(a, 0.5)), settings, progress, 3 * STEPS));
        Target rare = base.constrain(Constraint.always(new Scorer.StartsWith("q")));
        Settings fixed = settings.with(new Criterion(Criterion.Kind.NEVER, false));
        Trained adaptive =
                kept.once("adaptive", Trained.class, () -> trained("adaptive", rare, settings, progress, 4 * STEPS));
        Trained unchanged = kept.once("fixed", Trained.class, () -> trained("fixed", rare, fixed, progress, 5 * STEPS));
        Race race = new Race(until(adaptive.evaluations), until(unchanged.evaluations));
        return new NamesPart(first, reward.policy, half, both, race);
    }

    private static Settings settings(long seed) {
        return Settings.of(STEPS, BATCH, new AdamW(1e-3, 0.9, 0.999, 1e-8, 0, 1))
                .with(new Dpg())
                .evaluated(10, 2 * BATCH)
                .withSeed(seed);
    }

    /** Twice the paper's samples, for what is left of them by a constraint of all texts. */
    private static Target fit(SequenceModel base, Constraint... constraints) {
        return base.constrain(new Newton(), 20_480, 1, constraints).target();
    }

    private static double until(List<Evaluation> all) {
        return all.stream()
                .filter(e -> e.moments().getFirst().value() >= 0.5)
                .mapToDouble(e -> (double) e.step() * BATCH)
                .findFirst()
                .orElse(Double.POSITIVE_INFINITY);
    }

    private static Controlled controlled(Target target, Settings settings, Progress progress, long before) {
        SequenceModel base = target.base();
        List<Scorer> features = target.features();
        Measured policy = trained("GDC", target, settings, progress, before).policy;
        try (Sampler sampler = base.sampler()) {
            Sampler.Drawn drawn = sampler.draw(10_240, 78);
            ImportanceWeights weights = new ImportanceWeights(target.logProbabilities(drawn.texts()), drawn.logQ());
            Estimate optimum = weights.kl(weights.z().value(), drawn.logQ());
            // Features are 0 or 1, so that this bounds P/a.
            double bound = Math.exp(target.terms().stream()
                    .mapToDouble(term -> Math.max(0, term.lambda()))
                    .sum());
            var accepted =
                    new QuasiRejection(bound * 1.001).sample(target, sampler, SAMPLES, 400_000, 4096, 79, _ -> {});
            Measured original = Measured.of("original", base, base, features, SAMPLES);
            return new Controlled(
                    original, optimum, Measured.of("target", accepted.texts(), optimum, features), policy);
        }
    }

    /** A policy, and how it came there. */
    record Trained(Measured policy, List<Evaluation> evaluations) {}

    static Trained trained(String name, Target target, Settings settings, Progress progress, long before) {
        Decoder base = (Decoder) target.base().lm();
        List<Evaluation> all = new ArrayList<>();
        try (Decoder policy = Tuning.copy(base);
                Tuning tuning = new Tuning(target, policy, settings)) {
            tuning.run(
                    e -> {
                        all.add(e);
                        progress.update(before + e.step(), name);
                    },
                    () -> false);
            Measured measured =
                    Measured.of(name, target.base(), target.base().with(policy), target.features(), SAMPLES);
            return new Trained(measured, all);
        }
    }

    private static String read(int... ids) {
        StringBuilder name = new StringBuilder();
        Arrays.stream(ids).filter(id -> id > 0).forEach(id -> name.append((char) ('a' + id - 1)));
        return name.toString();
    }
}
