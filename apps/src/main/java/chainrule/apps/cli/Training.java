package chainrule.apps.cli;

import chainrule.checkpoint.Checkpoint;
import chainrule.data.ExampleShape;
import chainrule.model.Net;
import chainrule.model.family.Models;
import chainrule.objective.Objective;
import chainrule.text.Tokenizer;
import chainrule.train.Durable;
import chainrule.train.Examples;
import chainrule.train.Export;
import chainrule.train.RunFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ParseResult;

/** A verb that trains a model in a run's folder. */
interface Training extends Verb {
    TrainingOptions options();

    /** The command line that this verb was parsed from. */
    ParseResult parsed();

    /** The model that is trained further; empty: a fresh one. */
    Optional<Checkpoint> model();

    RunOptions.Start start();

    /** The model whose tokenizer is used; empty: one is trained. */
    Optional<Checkpoint> tokenizer();

    /** The number of tokens that a fresh model knows. */
    default int vocabulary(Tokenizer tokenizer) {
        return tokenizer.size();
    }

    /** The model that a run has reached and goes on from. */
    default Optional<Checkpoint> reached(RunFolder folder) {
        return Optional.of(Checkpoint.open(folder.checkpoint()));
    }

    /** Whether matrices that are quantised stay so, and are not trained. */
    default boolean keepsQuantised() {
        return false;
    }

    /** The tokens of the model's context that are not for rows. */
    default int room() {
        return 0;
    }

    /** Whether pairs of answers are compared. */
    default boolean pairs() {
        return false;
    }

    /** The options by which other verbs take what was trained into {@code folder}. */
    default String use(Path folder) {
        return "--model " + folder;
    }

    /** Looks at what was asked before anything is made. */
    void check();

    /** What {@code trained} learns, and from what. */
    Lessons lessons(TrainedModel trained, TrainingText.Rows rows, RunFolder folder, Console console) throws IOException;

    /** What samples continue: the prompts given, else what suits the text. */
    List<String> samplePrompts();

    /** An objective and the rows that it is trained on; closed when the run is over. */
    interface Lessons extends AutoCloseable {
        Objective objective();

        Examples training();

        /** What is moved. */
        Net net();

        /** What a checkpoint holds of it. */
        Export export();

        /** Training has come to its end. */
        default void over() throws IOException {}

        @Override
        default void close() {}
    }

    default String name() {
        return parsed().commandSpec().name();
    }

    @Override
    default int run(Console console) throws IOException {
        TrainingOptions asked = options();
        Path path = asked.folder();
        if (!asked.resume) {
            asked.run.compute();
            asked.run.schedule(1);
            asked.run.optimizer(start());
            check();
            ModelOptions.setThreads(asked.threads);
            Optional<Checkpoint> model = model();
            ExampleShape kind = asked.kind(tokenizer().isPresent(), pairs());
            model.ifPresent(
                    given -> asked.checkLength(kind, Models.form(given).config().context() - room()));
            try (RunFolder folder = RunFolder.create(path, Main.command(parsed(), console.environment()))) {
                try {
                    asked.prepare(folder, kind, tokenizer(), room(), console);
                } catch (RuntimeException | IOException e) {
                    Durable.deleteAll(path);
                    throw e;
                }
                return new TrainingRun(this, folder, TrainingOptions.tokenizer(folder), console).go(model);
            }
        }
        try (RunFolder folder = RunFolder.resume(path)) {
            Training begun = Main.begun(path, getClass());
            ModelOptions.setThreads(asked.threads);
            begun.options().json = asked.json;
            return new TrainingRun(begun, folder, TrainingOptions.tokenizer(folder), console).go(begun.reached(folder));
        }
    }
}
