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
record TrainingRun(Train asked, RunFolder folder, TokenizerFiles files, Console console) {
    /** @param model the one that is trained on; empty: a fresh one */
    int go(Optional<Checkpoint> model) throws IOException {
        RunOptions run = asked.run;
        try (TrainingText text = TrainingText.open(files.folder());
                HuggingFaceTokenizer tokenizer = files.open();
                TrainedModel trained = model.isPresent()
                        ? TrainedModel.of(model.get(), keepsQuantised(), run.compute(), files)
                        : TrainedModel.fresh(
                                asked.shape.config(tokenizer.size(), text.length(run.length)),
                                run.seed,
                                run.compute(),
                                files)) {
            int length = text.length(run.length);
            check(trained, tokenizer, length);
            TrainingText.Rows rows =
                    run.pairs() ? text.pairs(length, run.seed, trained.net(), console) : text.rows(length, run.seed);
            Settings settings = run.settings(rows.training().rows(), length, asked.start());
            announce(text, trained, settings, rows);
            if (!asked.json && folder.measurements().isEmpty()) {
                var view = ExampleView.on(console.terminal() && console.colours());
                text.example(view, tokenizer).ifPresent(console::note);
            }
            var samples = new TextSamples(asked.samplePrompts(), tokenizer, files.end());
            if (asked.lora().isPresent()) {
                try (var adapter = TrainedAdapter.of(asked, folder, trained, console)) {
                    var task = new Trainer.Task(adapter.lm(), rows.training(), rows.heldOut(), adapter);
                    return train(task, settings, samples);
                }
            }
            var task = new Trainer.Task(trained.net(), rows.training(), rows.heldOut(), trained);
            return train(task, settings, samples);
        }
    }

    /** Under an adapter, where memory is to be saved, quantised weights stay so. */
    private boolean keepsQuantised() {
        return asked.lora().isPresent() && asked.run.checkpointing;
    }

    private void check(TrainedModel trained, HuggingFaceTokenizer tokenizer, int length) {
        if (tokenizer.size() > trained.net().vocabulary()) {
            throw new BadInput("The tokenizer has " + tokenizer.size() + " tokens, more than the model's "
                    + trained.net().vocabulary() + ": they do not belong together.");
        }
        if (length > trained.net().context()) {
            throw new BadInput("Rows of " + length + " tokens are longer than the model's context of "
                    + trained.net().context() + ": choose a smaller --length.");
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
            if (asked.tensorboard) {
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
        if (asked.json) {
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
            console.note("Stopped and saved after step " + outcome.step()
                    + ". Go on with: ./chainrule train --resume --out " + path);
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
            boolean adapter = asked.lora().isPresent();
            console.note("Done: the " + (adapter ? "adapter" : "model") + " is in " + path + ", its loss curve in "
                    + path.resolve("loss.svg") + ". Try: ./chainrule generate \"" + prompt + "\" --model "
                    + (adapter ? asked.from.orElseThrow() + " --adapter " : "") + path);
        }
    }
}
