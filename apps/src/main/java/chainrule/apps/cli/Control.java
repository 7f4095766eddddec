package chainrule.apps.cli;

import chainrule.Progress;
import chainrule.control.Estimate;
import chainrule.control.ImportanceWeights;
import chainrule.control.LambdaFit;
import chainrule.control.QuasiRejection;
import chainrule.control.Sampler;
import chainrule.control.Scorer;
import chainrule.control.Sequence;
import chainrule.control.SequenceModel;
import chainrule.control.Target;
import chainrule.local.LocalModel;
import chainrule.nn.Compute;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code control}: statements about a model's texts, and what keeps them. */
@Command(
        name = "control",
        description = {
            "Keep statements about a model's texts, and change as little else as possible:",
            "  fit     say how far from the model its nearest distribution is that keeps them",
            "  sample  write texts of that distribution, by rejection of the model's own",
            "  train   train the model towards it, into --out"
        },
        footer = {
            "",
            "Examples:",
            "  ./chainrule control fit --model my-model --always contains-word:amazing",
            "  ./chainrule control sample --model my-model --mean 0.5*pronoun-majority:female --count 5",
            "  ./chainrule control train --model my-model --always contains-word:amazing --out runs/amazing",
            "  ./chainrule control train --resume --out runs/amazing"
        })
final class Control implements Verb {
    /** What is done. */
    enum Action {
        FIT,
        SAMPLE,
        TRAIN
    }

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "ACTION", description = "fit, sample or train.")
    Action action = Action.FIT;

    @Mixin
    ModelOptions model = new ModelOptions();

    @Mixin
    ControlOptions control = new ControlOptions();

    @Option(names = "--count", paramLabel = "N", description = "sample: texts (${DEFAULT-VALUE}).")
    int count = 10;

    @Option(
            names = "--beta",
            paramLabel = "X",
            description = "sample: the larger, the nearer to the target and the slower; what the samples need.")
    Optional<Double> beta = Optional.empty();

    @Mixin
    ControlTraining training = new ControlTraining();

    @Option(names = "--json", description = "Print one JSON object.")
    boolean json;

    @Override
    public List<String> names() {
        return ControlOptions.names();
    }

    @Override
    public int run(Console console) throws IOException {
        if (action == Action.TRAIN) {
            return training.run(this, console);
        }
        control.constraints();
        try (LocalModel lm = model.open(Compute.F32, console)) {
            SequenceModel base = SequenceModel.packed(lm.lm(), control.sequences(lm.prompts()));
            SequenceModel.Fitted fitted = control.fit(base);
            try (Sampler sampler = base.sampler()) {
                if (action == Action.SAMPLE) {
                    sample(fitted.target(), sampler, console);
                } else {
                    fit(fitted, sampler, console);
                }
            }
            return DONE;
        }
    }

    /** Fresh texts of the model, and what they say of the target. */
    private record Seen(List<Sequence> texts, ImportanceWeights weights) {
        double bound() {
            return Arrays.stream(weights.ratios()).max().orElseThrow();
        }
    }

    private Seen seen(Target target, Sampler sampler) {
        Sampler.Drawn drawn = sampler.draw(control.samples, control.seed + 1);
        // The model's own log-probabilities stand on both sides: what reading and writing round differently cancels.
        return new Seen(
                drawn.texts(),
                new ImportanceWeights(target.logProbabilities(drawn.texts(), drawn.logQ()), drawn.logQ()));
    }

    private void fit(SequenceModel.Fitted fitted, Sampler sampler, Console console) {
        Target target = fitted.target();
        Seen seen = seen(target, sampler);
        double z = seen.weights.z().value();
        Map<String, Object> all = new LinkedHashMap<>();
        List<Object> features = new ArrayList<>();
        for (Scorer feature : target.features()) {
            double[] phi = feature.of(seen.texts);
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("feature", feature.name());
            one.put("model", Arrays.stream(phi).average().orElseThrow());
            one.put("target", seen.weights.moment(phi).value());
            features.add(one);
        }
        all.put("features", features);
        fitted.fit().map(LambdaFit.Found::lambda).ifPresent(lambda -> all.put("lambda", lambda));
        all.put("z", figure(seen.weights.z()));
        all.put("kl", figure(seen.weights.kl(z, seen.weights.logQ())));
        all.put("tvd", figure(seen.weights.tvd(z, seen.weights.logQ())));
        all.put("effectiveSampleSize", seen.weights.effectiveSampleSize());
        all.put("samples", control.samples);
        all.put("beta", seen.bound());
        all.put(
                "acceptance",
                new QuasiRejection(Math.max(seen.bound(), 1e-300))
                        .quality(seen.weights)
                        .acceptance()
                        .value());
        if (json) {
            console.json(all);
        } else {
            all.forEach((name, value) -> console.println(String.format(Locale.ROOT, "%-20s %s", name, words(value))));
        }
    }

    private static String words(Object value) {
        return value instanceof double[] numbers ? Arrays.toString(numbers) : value.toString();
    }

    private static Map<String, Double> figure(Estimate estimate) {
        return Map.of("value", estimate.value(), "standardError", estimate.standardError());
    }

    private void sample(Target target, Sampler sampler, Console console) {
        double bound = beta.orElseGet(() ->
                target.terms().isEmpty() ? 1 : Math.max(seen(target, sampler).bound(), 1e-300));
        QuasiRejection.Accepted accepted;
        try (Progress progress = console.progress("texts", count, Progress.Unit.COUNT)) {
            accepted = new QuasiRejection(bound)
                    .sample(target, sampler, count, 1_000_000, 64, control.seed + 2, done -> progress.update(done, ""));
        }
        List<String> texts = accepted.texts().stream().map(Sequence::text).toList();
        if (json) {
            console.json(Map.of("texts", texts, "drawn", accepted.drawn(), "beta", bound));
        } else {
            texts.forEach(text -> console.println(text + "\n---"));
        }
        console.note(String.format(
                Locale.ROOT, "%d of %d texts accepted at beta %.4g", texts.size(), accepted.drawn(), bound));
    }
}
