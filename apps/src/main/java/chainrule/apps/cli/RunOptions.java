package chainrule.apps.cli;

import chainrule.Spec;
import chainrule.nn.Compute;
import chainrule.objective.Objective;
import chainrule.optim.AdamW;
import chainrule.optim.Schedule;
import chainrule.train.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How training goes. */
final class RunOptions {
    @Option(names = "--steps", paramLabel = "N", description = "Steps of the optimizer (600).")
    Optional<Long> steps = Optional.empty();

    @Option(
            names = "--epochs",
            paramLabel = "X",
            description = "In place of --steps: how often all of the text is read.")
    Optional<Double> epochs = Optional.empty();

    @Option(names = "--batch", paramLabel = "N", description = "Rows in one pass (${DEFAULT-VALUE}).")
    int batch = 8;

    @Option(names = "--length", paramLabel = "N", description = "Tokens of a row (${DEFAULT-VALUE}).")
    int length = 256;

    @Option(names = "--accumulate", paramLabel = "N", description = "Passes of one step (${DEFAULT-VALUE}).")
    int accumulate = 1;

    @Option(names = "--learning-rate", paramLabel = "X", description = "The highest one (1e-3; 1e-4 with --from, but for an adapter).")
    Optional<Double> learningRate = Optional.empty();

    @Option(
            names = "--objective",
            paramLabel = "SPEC",
            description = "What is minimised, as in next-token + 0.5*contrastive-token:window=60 (${DEFAULT-VALUE}).")
    String objective = "next-token";

    @Option(names = "--schedule", paramLabel = "SPEC", description = "Of the learning rate (${DEFAULT-VALUE}).")
    String schedule = "cosine";

    @Option(
            names = "--warmup",
            paramLabel = "N",
            description = "Steps in which the rate grows (a twentieth, 200 at most).")
    Optional<Integer> warmup = Optional.empty();

    @Option(names = "--weight-decay", paramLabel = "X", description = "Of matrices (${DEFAULT-VALUE}).")
    double weightDecay = 0.1;

    @Option(
            names = "--clip",
            paramLabel = "X",
            description = "Longest gradient taken as it is; 0: any (${DEFAULT-VALUE}).")
    double clip = 1;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Of fresh weights and of the text's order (${DEFAULT-VALUE}).")
    long seed;

    @Option(names = "--compute", paramLabel = "TYPE", description = "Number type of products: f32 or bf16.")
    Optional<String> compute = Optional.empty();

    @Option(
            names = "--checkpointing",
            description = "Compute activations again instead of keeping them: less memory, slower.")
    boolean checkpointing;

    @Option(
            names = "--eval-every",
            paramLabel = "N",
            description = "Steps from one held-out loss to the next; 0: never (${DEFAULT-VALUE}).")
    int evalEvery = 250;

    @Option(
            names = "--save-every",
            paramLabel = "N",
            description = "Steps from one checkpoint to the next; 0: only at the end (${DEFAULT-VALUE}).")
    int saveEvery = 250;

    @Option(
            names = "--sample-every",
            paramLabel = "N",
            description = "Steps from one sample of text to the next; 0: none (${DEFAULT-VALUE}).")
    int sampleEvery = 250;

    /** The number type of products. */
    Compute compute() {
        Compute type = compute.map(Compute::parse).orElse(Compute.forTraining());
        if (type == Compute.INT8) {
            throw new Failure.Usage("Training computes in f32 or bf16, not in int8.");
        }
        return type;
    }

    /**
     * @param rows of the text
     * @param fresh whether what is trained has not been trained before
     */
    Settings settings(long rows, boolean fresh) {
        if (steps.isPresent() && epochs.isPresent()) {
            throw new Failure.Usage("Give --steps or --epochs, not both.");
        }
        try {
            long count = epochs.map(e -> Settings.steps(e, rows, (long) batch * accumulate))
                    .or(() -> steps)
                    .orElse(600L);
            return new Settings(
                    count,
                    batch,
                    length,
                    accumulate,
                    objective(),
                    new AdamW(learningRate.orElse(fresh ? 1e-3 : 1e-4), 0.9, 0.95, 1e-8, weightDecay, clip),
                    schedule(count),
                    seed,
                    compute(),
                    checkpointing,
                    new Settings.Cadence(evalEvery, 64, saveEvery, sampleEvery, 2));
        } catch (IllegalArgumentException e) {
            throw new Failure.Usage("Training cannot go so: " + e.getMessage() + ".");
        }
    }

    /** @throws chainrule.BadInput for an objective that does not exist */
    Objective objective() {
        return Objective.parse(objective);
    }

    /** The schedule, with the warm-up and a floor of a tenth where it does not name them itself. */
    Schedule schedule(long steps) {
        Map<String, String> usual =
                Map.of("warmUp", "" + warmup.orElse((int) Math.min(200, steps / 20)), "floor", "0.1");
        String name = schedule.split(":", 2)[0].strip();
        StringBuilder full = new StringBuilder(schedule);
        for (Spec.Member member : Spec.describe(Schedule.class)) {
            if (member.name().equals(name)) {
                for (Spec.Setting setting : member.settings()) {
                    if (!schedule.contains(setting.name() + "=")) {
                        full.append(full.indexOf(":") < 0 ? ":" : ",");
                        full.append(setting.name()).append('=').append(usual.get(setting.name()));
                    }
                }
            }
        }
        return Spec.parse(full.toString(), Schedule.class);
    }

    /** What can be named, for help. */
    static List<String> names() {
        List<String> lines =
                new ArrayList<>(List.of("", "Schedules (--schedule): constant, linear:floor=0.1, cosine:floor=0.1"));
        lines.addAll(List.of("", "Objectives (--objective) and their settings; several are added up with weights:"));
        Spec.describe(Objective.class).forEach(m -> lines.add("  " + m));
        return lines;
    }
}
