package chainrule.apps.cli;

import chainrule.BadInput;
import chainrule.Progress;
import chainrule.checkpoint.Checkpoint;
import chainrule.data.ExampleView;
import chainrule.text.HuggingFaceTokenizer;
import chainrule.train.Interrupt;
import chainrule.train.Measurement;
import chainrule.train.Observer;
import chainrule.train.ProgressLine;
import chainrule.train.RunFolder;
import chainrule.train.Settings;
import chainrule.train.TensorBoard;
import chainrule.train.TextSamples;
import chainrule.train.Trainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** A training run whose text is ready: says what it will do, trains, and says how it ended. */
record TrainingRun(Training asked, RunFolder folder, TokenizerFiles files, Console console) {
    /** @param model the one that is trained on; empty: a fresh one */
    int go(Optional<Checkpoint> model) throws IOException {
        TrainingOptions options = asked.options();
        RunOptions run = options.run;
        try (TrainingText text = TrainingText.open(files.folder());
                HuggingFaceTokenizer tokenizer = files.open();
                TrainedModel trained = model.isPresent()
                        ? TrainedModel.of(model.get(), asked.keepsQuantised(), run.compute(), files)
                        : TrainedModel.fresh(
                                options.shape.config(asked.vocabulary(tokenizer), text.length(run.length)),
                                run.seed,
                                run.compute(),
                                files)) {
            int length = text.length(run.length);
            check(trained, tokenizer);
            TrainingText.Rows rows =
                    asked.pairs() ? text.pairs(length, run.seed, trained.net(), console) : text.rows(length, run.seed);
            try (Training.Lessons lessons = asked.lessons(trained, rows, folder, console)) {
                Settings settings = run.settings(rows.training().rows(), length, asked.start(), lessons.objective());
                announce(text, trained, settings, rows);
                if (!options.json && folder.measurements().isEmpty()) {
                    var view = ExampleView.on(console.terminal() && console.colours());
                    text.example(view, tokenizer).ifPresent(console::note);
                }
                var task = new Trainer.Task(lessons.net(), lessons.training(), rows.heldOut(), lessons.export());
                int code = train(task, settings, new TextSamples(asked.samplePrompts(), tokenizer, files.end()));
                if (code == Verb.DONE) {
                    lessons.over();
                }
                return code;
            }
        }
    }

    private static void check(TrainedModel trained, HuggingFaceTokenizer tokenizer) {
        if (tokenizer.size() > trained.net().vocabulary()) {
            throw new BadInput("The tokenizer has " + tokenizer.size() + " tokens, more than the model's "
                    + trained.net().vocabulary() + ": they do not belong together.");
        }
    }

    private void announce(TrainingText text, TrainedModel trained, Settings settings, TrainingText.Rows rows) {
        long each = settings.rowsPerStep() * settings.length();
        console.note(String.format(
                Locale.ROOT,
                "Data: %,d texts, %,d tokens, in rows of %d; held out for measuring: %,d rows",
                text.documents(),
                text.tokens(),
                settings.length(),
                rows.heldOut().map(h -> h.rows()).orElse(0L)));
        console.note(String.format(
                Locale.ROOT,
                "Model: %,d parameters (%d layers of width %d, vocabulary %,d), computing in %s",
                trained.net().config().parameters(),
                trained.net().config().layers(),
                trained.net().config().width(),
                trained.net().vocabulary(),
                settings.compute()));
        console.note(String.format(
                Locale.ROOT,
                "Training: %,d steps of %,d tokens, %.2f times the text; written to %s",
                settings.steps(),
                each,
                (double) settings.steps()
                        * settings.rowsPerStep()
                        / rows.training().rows(),
                folder.path()));
    }

    private int train(Trainer.Task task, Settings settings, TextSamples samples) {
        long began = System.nanoTime();
        try (var interrupt = new Interrupt()) {
            Trainer.Outcome outcome = run(task, settings, samples, interrupt);
            end(outcome, (System.nanoTime() - began) / 1e9);
            return outcome.interrupted() ? Verb.INTERRUPTED : Verb.DONE;
        }
    }

    private Trainer.Outcome run(Trainer.Task task, Settings settings, TextSamples samples, Interrupt interrupt) {
        try (var progress = console.progress("step", settings.steps(), Progress.Unit.COUNT);
                var board = new TensorBoard(folder.path());
                var line = new ProgressLine(settings.steps(), progress)) {
            List<Observer> observers = new ArrayList<>(List.of(line, samples.to(progress::print)));
            if (asked.options().tensorboard) {
                observers.add(board);
            }
            return Trainer.run(task, settings, folder, Observer.all(observers.toArray(Observer[]::new)), interrupt);
        }
    }

    private void end(Trainer.Outcome outcome, double seconds) {
        Path path = folder.path();
        List<Measurement> all = folder.measurements();
        OptionalDouble before = folder.before();
        OptionalDouble after =
                all.isEmpty() ? OptionalDouble.empty() : all.getLast().evaluation();
        if (asked.options().json) {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("folder", path.toString());
            result.put("step", outcome.step());
            result.put("interrupted", outcome.interrupted());
            if (!all.isEmpty()) {
                result.put("loss", all.getLast().loss());
                after.ifPresent(loss -> result.put("heldOutLoss", loss));
            }
            before.ifPresent(loss -> result.put("heldOutLossBefore", loss));
            result.put("seconds", seconds);
            console.json(result);
        }
        if (outcome.interrupted()) {
            console.note("Stopped and saved after step " + outcome.step() + ". Go on with: ./chainrule " + asked.name()
                    + " --resume --out " + path);
        } else {
            if (before.isPresent() && after.isPresent()) {
                console.note(String.format(
                        Locale.ROOT,
                        "Held-out loss: %.4f before, %.4f after",
                        before.getAsDouble(),
                        after.getAsDouble()));
            }
            String prompt = asked.samplePrompts().getFirst().isEmpty()
                    ? "The"
                    : asked.samplePrompts().getFirst();
            console.note(
                    "Done: the " + (asked.start() == RunOptions.Start.ADAPTER ? "adapter" : "model") + " is in " + path
                            + ", its loss curve in " + path.resolve("loss.svg") + ". Try: ./chainrule generate \""
                            + prompt + "\" "
                            + asked.use(path));
        }
    }
}
