package chainrule.bench;

import chainrule.BadInput;
import chainrule.nn.Compute;
import chainrule.tensor.Natives;
import chainrule.tensor.Processor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Measures this machine, then us, then peers whose paths are given, in turn, round after round.
 *
 * <pre>
 * bench/run [--rounds 5] [--only WORD] [--python PYTHON --scripts FOLDER] [--llama LLAMA-BENCH --gguf FILE,FILE]
 * </pre>
 */
public final class Bench {
    private Bench() {}

    public static void main(String[] args) {
        Natives.load();
        try {
            run(options(args));
        } catch (BadInput e) {
            System.err.println("bench: " + e.getMessage());
            System.exit(3);
        }
    }

    private static Map<String, String> options(String... args) {
        Map<String, String> options = new LinkedHashMap<>(Map.of("rounds", "5", "only", ""));
        var known = List.of("rounds", "only", "python", "scripts", "llama", "gguf");
        for (int i = 0; i < args.length; i += 2) {
            String name = args[i].replaceFirst("^--", "");
            if (!known.contains(name) || i + 1 == args.length) {
                throw new BadInput(
                        "'" + args[i] + "' is no option with a value: there are --" + String.join(", --", known) + ".");
            }
            options.put(name, args[i + 1]);
        }
        return options;
    }

    private static void run(Map<String, String> options) {
        int rounds = Integer.parseInt(options.getOrDefault("rounds", "5"));
        String only = options.getOrDefault("only", "");
        System.out.println("processor: " + Processor.describe());
        SequencedMap<String, Double> machine = new LinkedHashMap<>();
        for (Workload w : Machine.workloads()) {
            machine.put(w.who(), measure(List.of(w), rounds).get(w));
        }
        for (Supplier<Group> made : groups(options)) {
            try (Group group = made.get()) {
                List<Workload> wanted = group.workloads().stream()
                        .filter(w -> w.what().contains(only))
                        .toList();
                SequencedMap<Workload, Double> figures = measure(wanted, rounds);
                figures.forEach((w, figure) -> show(w, figure, machine));
                figures.forEach((w, figure) -> compare(w, figure, figures));
            }
        }
    }

    /** One group's model at a time. */
    private static List<Supplier<Group>> groups(Map<String, String> options) {
        Compute trained = Compute.forTraining();
        List<Workload> training = new ArrayList<>();
        List<Workload> inference = new ArrayList<>();
        List<Workload> starts = new ArrayList<>();
        if (options.containsKey("python")) {
            Path python = Path.of(options.getOrDefault("python", ""));
            Path scripts = Path.of(options.getOrDefault("scripts", "."));
            training.add(Peers.training(python, scripts, trained == Compute.BF16 ? "bf16" : "fp32"));
            inference.addAll(Peers.transformers(python, scripts, "bf16"));
        }
        if (options.containsKey("llama")) {
            Path llama = Path.of(options.getOrDefault("llama", ""));
            Stream.of(options.getOrDefault("gguf", "").split(",")).forEach(f -> {
                inference.addAll(Peers.llama(llama, Path.of(f)));
                starts.addAll(Peers.starts(
                        Path.of(System.getProperty("chainrule.launcher", "./chainrule")), llama, Path.of(f)));
            });
        }
        return List.of(
                () -> Group.of(new Training(trained)).with(training),
                () -> Training.objectives(trained),
                () -> Inference.group(Compute.INT8, 1, 4, 16).with(inference),
                () -> Inference.group(Compute.BF16, 1, 16),
                () -> Inference.group(Compute.F32, 1, 16),
                () -> Methods.group(Compute.INT8, 1, 16),
                () -> new Group(starts, () -> {}));
    }

    /** The median of every workload, measured in turn after a round that does not count. */
    private static SequencedMap<Workload, Double> measure(List<Workload> workloads, int rounds) {
        Map<Workload, List<Double>> all = new LinkedHashMap<>();
        for (int round = 0; round <= rounds; round++) {
            for (Workload w : workloads) {
                double figure = w.round();
                if (round > 0) {
                    all.computeIfAbsent(w, _ -> new ArrayList<>()).add(figure);
                }
            }
        }
        SequencedMap<Workload, Double> medians = new LinkedHashMap<>();
        all.forEach((w, figures) -> medians.put(w, Peers.median(figures)));
        workloads.stream()
                .filter(w -> w.unit().startsWith("G"))
                .forEach(w -> show(w, medians.getOrDefault(w, 0.0), Map.of()));
        return medians;
    }

    /** The time that a token takes beside that of the one it is compared with. */
    private static void compare(Workload w, double figure, Map<Workload, Double> all) {
        all.forEach((other, speed) -> {
            if (!other.equals(w) && other.what().equals(w.what()) && other.who().equals(w.base())) {
                System.out.printf(
                        Locale.ROOT,
                        "%-32s %-28s %10.2f times %s's time%n",
                        w.what(),
                        w.who(),
                        speed / figure,
                        w.base());
            }
        });
    }

    private static void show(Workload w, double figure, Map<String, Double> machine) {
        StringBuilder line = new StringBuilder(
                String.format(Locale.ROOT, "%-32s %-28s %10.1f %s", w.what(), w.who(), figure, w.unit()));
        Workload.Cost cost = w.cost();
        if (cost.gigabytes() > 0) {
            double speed = figure * cost.gigabytes();
            double most = machine.getOrDefault("float32 sum of 1 GB", Double.NaN);
            line.append(String.format(
                    Locale.ROOT, "   %.1f GB/s of weights, %.0f %% of read bandwidth", speed, 100 * speed / most));
        }
        if (cost.gigaflops() > 0) {
            double speed = figure * cost.gigaflops();
            String type = w.who().endsWith("f32") ? "f32" : "bf16";
            line.append(String.format(
                    Locale.ROOT,
                    "   %.0f GFLOP/s, %.0f %% of the %s product rate",
                    speed,
                    100 * speed / machine.getOrDefault(type, Double.NaN),
                    type));
        }
        System.out.println(line);
    }
}
