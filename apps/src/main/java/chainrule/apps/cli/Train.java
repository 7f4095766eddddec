package chainrule.apps.cli;

import chainrule.BadInput;
import chainrule.adapter.Lora;
import chainrule.checkpoint.Checkpoint;
import chainrule.data.ChatFormat;
import chainrule.data.Corpus;
import chainrule.data.ExampleForm;
import chainrule.data.ExampleShape;
import chainrule.data.Instructions;
import chainrule.local.ModelArgument;
import chainrule.local.Prompts;
import chainrule.model.family.Models;
import chainrule.text.HuggingFaceTokenizer;
import chainrule.train.Durable;
import chainrule.train.RunFolder;
import chainrule.worlds.wordnet.DefinitionCorpus;
import chainrule.worlds.wordnet.WordNet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code train}: makes a model of texts, or trains one further. */
@Command(
        name = "train",
        description = {
            "Train a model on texts, a fresh one or (--from) a given one. The run is a folder with the model in it.",
            "Without --data: on WordNet's definitions, at a size that takes about three minutes."
        },
        footer = {
            "",
            "Examples:",
            "  ./chainrule train",
            "  ./chainrule train --data my-texts/ --out runs/mine --layers 6 --width 384 --heads 6 --steps 5000",
            "  ./chainrule train --data my-texts/ --from my-model --lora rank=16 --out runs/tuned",
            "  ./chainrule train --from my-model --data my-texts/ --optimizer mezo:learningRate=1e-6,epsilon=1e-3",
            "  ./chainrule train --from my-model --data chats.jsonl --epochs 2",
            "  ./chainrule train --resume --out runs/mine"
        })
final class Train implements Verb {
    @Spec
    CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--data",
            paramLabel = "FILE",
            description =
                    "A text file, JSON lines or a folder of them; repeatable. Lines have text, ids, messages,"
                            + " or prompt and completion; of the last two only the answers are trained. With --objective dpo: prompt, chosen, rejected.")
    List<Path> data = new ArrayList<>();

    @Option(names = "--truncate", description = "Cut chats and completions that are longer than a row at their end.")
    boolean truncate;

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            description = "The run's folder (runs/wordnet; with --data runs/NAME).")
    Optional<Path> out = Optional.empty();

    @Option(names = "--from", paramLabel = "MODEL", description = "Train this model further.")
    Optional<String> from = Optional.empty();

    @Option(
            names = "--lora",
            paramLabel = "SETTINGS",
            arity = "0..1",
            fallbackValue = "",
            description =
                    "With --from: train a LoRA adapter, the model stays as it is; rank=8,alpha=16,targets=[q_proj;v_proj].")
    Optional<String> lora = Optional.empty();

    @Option(names = "--resume", description = "Go on with the run in --out, as it was started.")
    boolean resume;

    @Mixin
    ShapeOptions shape = new ShapeOptions();

    @Mixin
    RunOptions run = new RunOptions();

    @Option(names = "--prompt", paramLabel = "TEXT", description = "A text that samples continue; repeatable.")
    List<String> prompts = new ArrayList<>();

    @Option(names = "--tensorboard", description = "Write an event file for TensorBoard into the folder.")
    boolean tensorboard;

    @Option(names = "--threads", paramLabel = "N", description = "Threads of libtorch; as many as there are cores.")
    int threads;

    @Option(names = "--json", description = "Print one JSON object at the end.")
    boolean json;

    @Override
    public List<String> names() {
        return RunOptions.names();
    }

    @Override
    public int run(Console console) throws IOException {
        Path path = folder();
        if (!resume) {
            run.compute();
            run.schedule(1);
            run.objective();
            run.optimizer(start());
            Optional<Lora> adapter = lora();
            ModelOptions.setThreads(threads);
            Optional<Checkpoint> model = from.isPresent() ? Optional.of(base()) : Optional.empty();
            model.ifPresent(base -> adapter.ifPresent(a -> a.check(Models.form(base))));
            ExampleShape kind = kind();
            try (RunFolder folder =
                    RunFolder.create(path, Main.command(spec.commandLine().getParseResult(), console.environment()))) {
                try {
                    prepare(folder, kind, model, console);
                } catch (RuntimeException | IOException e) {
                    Durable.deleteAll(path);
                    throw e;
                }
                return new TrainingRun(this, folder, tokenizer(folder), console).go(model);
            }
        }
        try (RunFolder folder = RunFolder.resume(path)) {
            Train begun = begun(path);
            ModelOptions.setThreads(threads);
            begun.json = json;
            return new TrainingRun(begun, folder, tokenizer(folder), console)
                    .go(Optional.of(begun.lora().isPresent() ? begun.base() : Checkpoint.open(folder.checkpoint())));
        }
    }

    RunOptions.Start start() {
        if (from.isEmpty()) {
            return RunOptions.Start.NOTHING;
        }
        return lora.isPresent() ? RunOptions.Start.ADAPTER : RunOptions.Start.MODEL;
    }

    /** The adapter that is trained; empty: the model itself is. */
    Optional<Lora> lora() {
        if (lora.isPresent() && from.isEmpty()) {
            throw new Failure.Usage("--lora adapts a model: name it with --from.");
        }
        return lora.map(text -> TrainedAdapter.settings(text, run.seed));
    }

    /** The model that is trained on. */
    private Checkpoint base() {
        return ModelArgument.find(from.orElseThrow());
    }

    private Path folder() {
        return out.orElseGet(() -> Path.of("runs", data.isEmpty() ? "wordnet" : name(data.getFirst())));
    }

    private static String name(Path data) {
        return data.toAbsolutePath().normalize().getFileName().toString().replaceFirst("\\..*", "");
    }

    /** The verb with the options that the run in {@code path} was started with. */
    private static Train begun(Path path) {
        String[] arguments = RunFolder.command(path).toArray(String[]::new);
        Object verb = Main.commandLine(Map.of())
                .parseArgs(arguments)
                .subcommand()
                .commandSpec()
                .userObject();
        if (verb instanceof Train train) {
            return train;
        }
        throw new BadInput(path.resolve("command.json") + " does not hold a command of this verb.");
    }

    /** What the data hold. @throws BadInput where this training could not learn it */
    private ExampleShape kind() {
        ExampleShape kind = data.isEmpty() ? ExampleShape.TEXT : ExampleShape.of(data);
        if (kind != ExampleShape.TEXT && from.isEmpty()) {
            throw new BadInput(data.getFirst() + " has " + kind + ": name the model that learns them with --from.");
        }
        if (run.pairs() != (kind == ExampleShape.PREFERENCE)) {
            throw new BadInput("The data have " + kind + ": --objective dpo, and no other, learns from "
                    + ExampleShape.PREFERENCE + ".");
        }
        return kind;
    }

    private TrainingText.Source source() {
        if (!data.isEmpty()) {
            return new TrainingText.Source(Corpus.of(data.toArray(Path[]::new)), Optional.empty());
        }
        var definitions = new DefinitionCorpus(WordNet.load());
        return new TrainingText.Source(definitions.training(), Optional.of(definitions.heldOut()));
    }

    private static TokenizerFiles tokenizer(RunFolder folder) {
        return new TokenizerFiles(folder.path().resolve("data"));
    }

    /** Makes what the run reads: the tokenizer's files and the text as tokens. */
    private void prepare(RunFolder folder, ExampleShape kind, Optional<Checkpoint> model, Console console)
            throws IOException {
        TokenizerFiles files = tokenizer(folder);
        Files.createDirectories(files.folder());
        if (model.isPresent()) {
            files.copy(model.get());
        } else {
            console.note("Training a tokenizer of " + shape.vocabulary + " tokens");
            files.train(source().training(), shape.vocabulary);
        }
        try (HuggingFaceTokenizer tokenizer = files.open()) {
            if (kind == ExampleShape.TEXT) {
                TrainingText.write(files.folder(), source(), tokenizer, files.end(), console);
            } else {
                answers(files, model.orElseThrow(), tokenizer, console);
            }
        }
    }

    /** Makes tokens of chats or completions, and says what was done to them. */
    private void answers(TokenizerFiles files, Checkpoint model, HuggingFaceTokenizer tokenizer, Console console)
            throws IOException {
        try (Prompts prompts = Prompts.of(model, console::note)) {
            Optional<ChatFormat> format = model.chatTemplate().map(_ -> prompts.chatFormat());
            var examples = new Instructions(
                    data,
                    ExampleForm.of(tokenizer, files.end(), format),
                    run.length.orElse(Models.form(model).config().context()),
                    truncate);
            TrainingText.write(
                    files.folder(), new TrainingText.Source(examples, Optional.empty()), tokenizer, files.end(), console);
            examples.remarks().forEach(console::note);
        }
    }

    /** What samples continue: the prompts given, else what suits the text. */
    List<String> samplePrompts() {
        return prompts.isEmpty() ? List.of(data.isEmpty() && from.isEmpty() ? "quillfish (noun):" : "") : prompts;
    }
}
