package chainrule.apps.cli;

import chainrule.BadInput;
import chainrule.Progress;
import chainrule.checkpoint.Checkpoint;
import chainrule.control.SequenceModel;
import chainrule.control.Target;
import chainrule.gdc.Evaluation;
import chainrule.gdc.Settings;
import chainrule.gdc.Tuning;
import chainrule.local.Prompts;
import chainrule.model.Decoder;
import chainrule.model.family.Models;
import chainrule.nn.Compute;
import chainrule.optim.AdamW;
import chainrule.train.Interrupt;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.global.torch.ScalarType;
import picocli.CommandLine.Option;

/** Training of a model towards a target, into a folder from which it can be loaded and the run gone on with. */
final class ControlTraining {
    private static final String STATE = "control.safetensors";

    @Option(names = "--out", paramLabel = "FOLDER", description = "train: where the model goes.")
    Optional<Path> out = Optional.empty();

    @Option(names = "--resume", description = "train: go on with the run in --out, with the same options.")
    boolean resume;

    @Option(names = "--steps", paramLabel = "N", description = "train: (${DEFAULT-VALUE}).")
    long steps = 100;

    @Option(names = "--batch", paramLabel = "N", description = "train: texts of a step (${DEFAULT-VALUE}).")
    int batch = 128;

    @Option(names = "--learning-rate", paramLabel = "X", description = "train: of Adam (${DEFAULT-VALUE}).")
    double learningRate = 1e-4;

    @Option(
            names = "--interval",
            paramLabel = "N",
            description = "train: steps between evaluations, on as many texts, and checkpoints (${DEFAULT-VALUE}).")
    int interval = 10;

    int run(Checkpoint checkpoint, ControlOptions control, boolean json, Console console) throws IOException {
        Path folder = out.orElseThrow(() -> new Failure.Usage("train writes a model: name a folder by --out."));
        if (Files.exists(folder) && !resume) {
            throw new BadInput(folder + " is there already: go on with its run by --resume, or name another folder.");
        }
        if (resume && !Files.isRegularFile(folder.resolve(STATE))) {
            throw new BadInput(folder + " has no run to go on with.");
        }
        try (Prompts prompts = Prompts.of(checkpoint, line -> console.note("chainrule: " + line));
                Decoder base = Models.load(checkpoint)) {
            Target target = control.fit(SequenceModel.of(base, control.sequences(prompts)))
                    .target();
            Files.createDirectories(folder.resolve("data"));
            TokenizerFiles files = new TokenizerFiles(folder.resolve("data"));
            if (!resume) {
                files.copy(checkpoint);
                files.copyTo(folder);
            }
            try (TrainedModel policy = TrainedModel.of(checkpoint, false, Compute.F32, files);
                    Tuning tuning = new Tuning(target, policy.net(), settings(control.seed))) {
                if (resume) {
                    tuning.restore(folder.resolve(STATE));
                }
                return train(tuning, policy, folder, json, console);
            }
        }
    }

    private Settings settings(long seed) {
        return Settings.of(steps, batch, new AdamW(learningRate, 0.9, 0.999, 1e-8, 0, 1))
                .evaluated(interval, batch * interval)
                .withSeed(seed);
    }

    private int train(Tuning tuning, TrainedModel policy, Path folder, boolean json, Console console)
            throws IOException {
        Evaluation[] last = new Evaluation[1];
        try (var interrupt = new Interrupt();
                Progress progress = console.progress("step", steps, Progress.Unit.COUNT)) {
            tuning.run(
                    found -> {
                        last[0] = found;
                        progress.print(line(found));
                        progress.update(found.step(), "");
                        save(tuning, folder);
                    },
                    interrupt);
            save(tuning, folder);
            Models.save(
                    policy.form(), policy.net().parameters(), policy.tokenizer().special(), ScalarType.Float, folder);
            if (json) {
                console.json(json(folder, tuning.step(), Optional.ofNullable(last[0])));
            }
            boolean ended = tuning.step() >= steps;
            console.note(ended ? "Done: the model is in " + folder + "." : "Stopped and saved: go on with --resume.");
            return ended ? Verb.DONE : Verb.INTERRUPTED;
        }
    }

    private static void save(Tuning tuning, Path folder) {
        try {
            tuning.save(folder.resolve(STATE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String line(Evaluation e) {
        return String.format(
                Locale.ROOT,
                "step %d  features %s  KL to target %.3f  KL from model %.3f  Z %.4g ± %.2g  effective samples %.0f of %d%s",
                e.step(),
                e.moments().stream()
                        .map(m -> String.format(Locale.ROOT, "%.3f", m.value()))
                        .toList(),
                e.klTarget().value(),
                e.klBase().value(),
                e.z(),
                e.mass().standardError(),
                e.effectiveSampleSize(),
                e.texts(),
                e.replaced() ? "  new proposal" : "");
    }

    private static Map<String, Object> json(Path folder, long step, Optional<Evaluation> last) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("folder", folder.toString());
        all.put("step", step);
        last.ifPresent(e -> all.put("evaluation", e));
        return all;
    }
}
