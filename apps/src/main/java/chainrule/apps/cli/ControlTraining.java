package chainrule.apps.cli;

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
import chainrule.train.Durable;
import chainrule.train.Interrupt;
import chainrule.train.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** Training of a model towards a target, in a run's folder. */
final class ControlTraining {
    /** Of a checkpoint: what was seen of the run so far, one line of JSON each time. */
    private static final String EVALUATIONS = "evaluations.jsonl";

    private static final int KEPT = 2;

    @Option(names = "--out", paramLabel = "FOLDER", description = "train: the run's folder, with the model in it.")
    Optional<Path> out = Optional.empty();

    @Option(names = "--resume", description = "train: go on with the run in --out, as it was started.")
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

    int run(Control asked, Console console) throws IOException {
        Path path = out.orElseThrow(() -> new Failure.Usage("train writes a model: name a folder by --out."));
        if (resume) {
            try (RunFolder folder = RunFolder.resume(path)) {
                Control begun = Main.begun(path, Control.class);
                begun.json = asked.json;
                return begun.training.go(begun, folder, console);
            }
        }
        asked.control.constraints();
        Checkpoint model = asked.model.model.checkpoint();
        List<String> command = Main.command(asked.spec.commandLine().getParseResult(), console.environment());
        try (RunFolder folder = RunFolder.create(path, command)) {
            try {
                TokenizerFiles files = TrainingOptions.tokenizer(folder);
                Files.createDirectories(files.folder());
                files.copy(model);
                return go(asked, folder, console);
            } catch (RuntimeException | IOException e) {
                if (!folder.begun()) {
                    Durable.deleteAll(path);
                }
                throw e;
            }
        }
    }

    private int go(Control asked, RunFolder folder, Console console) throws IOException {
        ModelOptions.setThreads(asked.model.threads);
        Checkpoint model = asked.model.model.checkpoint();
        try (Prompts prompts = Prompts.of(model, line -> console.note("chainrule: " + line));
                Decoder base = Models.load(model)) {
            Target target = asked.control
                    .fit(SequenceModel.of(base, asked.control.sequences(prompts)))
                    .target();
            TokenizerFiles files = TrainingOptions.tokenizer(folder);
            try (TrainedModel policy = TrainedModel.of(model, false, Compute.F32, files);
                    Tuning tuning = new Tuning(target, policy.net(), settings(asked.control.seed))) {
                List<String> evaluations = new ArrayList<>();
                if (folder.begun()) {
                    tuning.restore(folder.checkpoint().resolve(RunFolder.RUN));
                    evaluations.addAll(Files.readAllLines(folder.checkpoint().resolve(EVALUATIONS)));
                }
                train(tuning, policy, folder, evaluations, console);
                return end(tuning.step(), folder, evaluations, asked.json, console);
            }
        }
    }

    private Settings settings(long seed) {
        return Settings.of(steps, batch, new AdamW(learningRate, 0.9, 0.999, 1e-8, 0, 1))
                .evaluated(interval, batch * interval)
                .withSeed(seed);
    }

    /** Trains, and saves after every evaluation and where it is stopped. */
    private void train(
            Tuning tuning, TrainedModel policy, RunFolder folder, List<String> evaluations, Console console) {
        RunFolder.Content content = aside -> {
            policy.write(policy.net(), aside);
            tuning.save(aside.resolve(RunFolder.RUN));
            Files.write(aside.resolve(EVALUATIONS), evaluations);
        };
        try (var interrupt = new Interrupt();
                Progress progress = console.progress("step", steps, Progress.Unit.COUNT)) {
            progress.update(tuning.step(), "");
            tuning.run(
                    found -> {
                        evaluations.add(JsonMapper.shared().writeValueAsString(found));
                        progress.print(line(found));
                        progress.update(found.step(), "");
                        folder.save(found.step(), KEPT, content);
                    },
                    interrupt);
            if (!folder.reached(tuning.step())) {
                folder.save(tuning.step(), KEPT, content);
            }
        }
    }

    private int end(long step, RunFolder folder, List<String> evaluations, boolean json, Console console) {
        Path path = folder.path();
        boolean over = step >= steps;
        if (json) {
            console.json(Map.of(
                    "folder",
                    path.toString(),
                    "step",
                    step,
                    "interrupted",
                    !over,
                    "evaluation",
                    JsonMapper.shared().readTree(evaluations.getLast())));
        }
        console.note(
                over
                        ? "Done: the model is in " + path + ", what was seen of it in " + path.resolve(EVALUATIONS)
                                + ". Try: ./chainrule generate \"The\" --model " + path
                        : "Stopped and saved after step " + step
                                + ". Go on with: ./chainrule control train --resume --out " + path);
        return over ? Verb.DONE : Verb.INTERRUPTED;
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
}
