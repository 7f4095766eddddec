package chainrule.apps.cli;

import chainrule.Spec;
import chainrule.nn.Compute;
import chainrule.objective.Objective;
import chainrule.optim.Layers;
import chainrule.optim.Mezo;
import chainrule.optim.Moments;
import chainrule.optim.Optimizer;
import chainrule.optim.Schedule;
import chainrule.train.Settings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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

    @Option(
            names = "--length",
            paramLabel = "N",
            description = "Tokens of a row (256; as many as the longest chat or completion has).")
    Optional<Integer> length = Optional.empty();

    @Option(names = "--accumulate", paramLabel = "N", description = "Passes of one step (${DEFAULT-VALUE}).")
    int accumulate = 1;

    @Option(
            names = "--learning-rate",
            paramLabel = "X",
            description = "The highest one (1e-3; 1e-4 with --from, but for an adapter).")
    Optional<Double> learningRate = Optional.empty();

    @Option(
            names = "--objective",
            paramLabel = "SPEC",
            description = "What is minimised, as in next-token + 0.5*contrastive-token:window=60 (${DEFAULT-VALUE}).")
    String objective = "next-token";

    @Option(
            names = "--optimizer",
            paramLabel = "SPEC",
            description = "adam-w, or mezo: forward passes alone, with --from (${DEFAULT-VALUE}).")
    String optimizer = "adam-w";

    @Option(
            names = "--schedule",
            paramLabel = "SPEC",
            description = "Of the learning rate (cosine; constant without warm-up for mezo).")
    Optional<String> schedule = Optional.empty();

    @Option(
            names = "--warmup",
            paramLabel = "N",
            description = "Steps in which the rate grows (a twentieth, 200 at most).")
    Optional<Integer> warmup = Optional.empty();

    @Option(names = "--weight-decay", paramLabel = "X", description = "Of matrices (0.1; 0 for mezo).")
    Optional<Double> weightDecay = Optional.empty();

    @Option(names = "--clip", paramLabel = "X", description = "Longest gradient taken as it is; 0: any (1).")
    Optional<Double> clip = Optional.empty();

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

    /** What a run begins with. */
    enum Start {
        /** Weights that are drawn. */
        NOTHING,
        MODEL,
        /** A model that stays as it is, and an adapter that is drawn. */
        ADAPTER
    }

    /** The number type of products. */
    Compute compute() {
        Compute type = compute.map(Compute::parse).orElse(forwardOnly() ? Compute.F32 : Compute.forTraining());
        if (type == Compute.INT8) {
            throw new Failure.Usage("Training computes in f32 or bf16, not in int8.");
        }
        return type;
    }

    /**
     * @param rows of the text
     * @param length of a row
     * @param minimised what {@link #objective} names
     */
    Settings settings(long rows, int length, Start start, Objective minimised) {
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
                    minimised,
                    optimizer(start),
                    schedule(count),
                    seed,
                    compute(),
                    checkpointing,
                    new Settings.Cadence(evalEvery, 64, saveEvery, sampleEvery, 2));
        } catch (IllegalArgumentException e) {
            throw new Failure.Usage("Training cannot go so: " + e.getMessage() + ".");
        }
    }

    /** The optimizer, with the options that are for it where it does not name them itself. */
    Optimizer optimizer(Start start) {
        Map<String, String> usual = new LinkedHashMap<>();
        if (!forwardOnly()) {
            usual.putAll(
                    Map.of("learningRate", start == Start.MODEL ? "1e-4" : "1e-3", "weightDecay", "0.1", "clip", "1"));
        }
        learningRate.ifPresent(x -> usual.put("learningRate", once("learningRate", "--learning-rate", x)));
        weightDecay.ifPresent(x -> usual.put("weightDecay", once("weightDecay", "--weight-decay", x)));
        clip.ifPresent(x -> usual.put("clip", once("clip", "--clip", x)));
        Optimizer chosen = Spec.parse(with(usual, optimizer, Optimizer.class), Optimizer.class);
        if (chosen instanceof Mezo mezo) {
            check(mezo, start);
        }
        return chosen;
    }

    private boolean forwardOnly() {
        return optimizer.split(":", 2)[0].strip().equals("mezo");
    }

    /** The value of an option that stands for a setting of the optimizer's. */
    private String once(String setting, String option, double value) {
        if (optimizer.contains(setting + "=")) {
            throw new Failure.Usage(
                    "Give the optimizer's " + setting + " in --optimizer or by " + option + ", not both.");
        }
        return "" + value;
    }

    private void check(Mezo mezo, Start start) {
        if (start == Start.NOTHING) {
            throw new Failure.Usage(
                    "MeZO tunes a model that is already trained and does not train a fresh one: name one with --from.");
        } else if (clip.isPresent()) {
            throw new Failure.Usage(
                    "MeZO has no gradient to clip: leave out --clip, or name it in --optimizer with moments=(adam:clip=...).");
        } else if (checkpointing) {
            throw new Failure.Usage(
                    "MeZO keeps no activations that could be computed again: leave out --checkpointing.");
        } else if (compute() == Compute.BF16 && mezo.epsilon() < 0.01) {
            throw new Failure.Usage("In bf16 an epsilon of " + mezo.epsilon()
                    + " is lost in rounding: give --compute f32, or an epsilon of 0.01 or more.");
        }
    }

    /** The schedule, with the warm-up and a floor of a tenth where it does not name them itself. */
    Schedule schedule(long steps) {
        int growth = warmup.orElse(forwardOnly() ? 0 : (int) Math.min(200, steps / 20));
        String name = schedule.orElse(forwardOnly() ? "constant" : "cosine");
        return Spec.parse(with(Map.of("warmUp", "" + growth, "floor", "0.1"), name, Schedule.class), Schedule.class);
    }

    /** A spec with those of {@code usual} that its method has and that it does not name itself. */
    private static String with(Map<String, String> usual, String spec, Class<?> family) {
        String name = spec.split(":", 2)[0].strip();
        StringBuilder full = new StringBuilder(spec);
        Spec.describe(family).stream()
                .filter(member -> member.name().equals(name))
                .flatMap(member -> member.settings().stream())
                .map(Spec.Setting::name)
                .filter(setting -> usual.containsKey(setting) && !spec.contains(setting + "="))
                .forEach(setting -> full.append(full.indexOf(":") < 0 ? ":" : ",")
                        .append(setting)
                        .append('=')
                        .append(usual.get(setting)));
        return full.toString();
    }

    /** What can be named, for help. */
    static List<String> names() {
        List<String> lines = new ArrayList<>(List.of("", "Optimizers (--optimizer) and their settings:"));
        Spec.describe(Optimizer.class).forEach(m -> lines.add("  " + m));
        lines.addAll(List.of("", "Layers of mezo, as in mezo:layers=one-by-one:"));
        Spec.describe(Layers.class).forEach(m -> lines.add("  " + m));
        lines.addAll(List.of("", "Moments of mezo, as in mezo:moments=(momentum:beta=0.8):"));
        Spec.describe(Moments.class).forEach(m -> lines.add("  " + m));
        lines.addAll(List.of("", "Schedules (--schedule): constant, linear:floor=0.1, cosine:floor=0.1"));
        lines.addAll(List.of("", "Objectives (--objective) and their settings; several are added up with weights:"));
        Spec.describe(Objective.class).forEach(m -> lines.add("  " + m));
        return lines;
    }
}
