package chainrule.apps.cli;

import chainrule.BadInput;
import chainrule.checkpoint.Checkpoint;
import chainrule.data.ChatFormat;
import chainrule.data.Corpus;
import chainrule.data.ExampleForm;
import chainrule.data.ExampleShape;
import chainrule.data.Instructions;
import chainrule.local.Prompts;
import chainrule.model.family.Models;
import chainrule.text.HuggingFaceTokenizer;
import chainrule.train.RunFolder;
import chainrule.worlds.wordnet.DefinitionCorpus;
import chainrule.worlds.wordnet.WordNet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What verbs that train have in common. */
final class TrainingOptions {
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

    Path folder() {
        return out.orElseGet(() -> Path.of("runs", data.isEmpty() ? "wordnet" : name(data.getFirst())));
    }

    private static String name(Path data) {
        return data.toAbsolutePath().normalize().getFileName().toString().replaceFirst("\\..*", "");
    }

    /**
     * What the data hold.
     *
     * @param given whether there is a model whose tokenizer and chat template are used
     * @param pairs whether the objective compares pairs of answers
     * @throws BadInput where this training could not learn it
     */
    ExampleShape kind(boolean given, boolean pairs) {
        ExampleShape kind = data.isEmpty() ? ExampleShape.TEXT : ExampleShape.of(data);
        if (kind != ExampleShape.TEXT && !given) {
            throw new BadInput(data.getFirst() + " has " + kind + ": name the model that learns them with --from.");
        }
        if (pairs != (kind == ExampleShape.PREFERENCE)) {
            throw new BadInput("The data have " + kind + ": --objective dpo, and no other, learns from "
                    + ExampleShape.PREFERENCE + ".");
        }
        return kind;
    }

    /** @throws BadInput where rows are longer than a model can read; chats and completions are cut or told of one by one */
    void checkLength(ExampleShape kind, int context) {
        int length = run.length.orElse(kind == ExampleShape.TEXT ? TrainingText.LENGTH : 1);
        if (length > context) {
            throw new BadInput("Rows of " + length + " tokens are longer than the model's context of " + context
                    + ": choose a smaller --length.");
        }
    }

    private TrainingText.Source source() {
        if (!data.isEmpty()) {
            return new TrainingText.Source(Corpus.of(data.toArray(Path[]::new)), Optional.empty());
        }
        var definitions = new DefinitionCorpus(WordNet.load());
        return new TrainingText.Source(definitions.training(), Optional.of(definitions.heldOut()));
    }

    static TokenizerFiles tokenizer(RunFolder folder) {
        return new TokenizerFiles(folder.path().resolve("data"));
    }

    /**
     * Makes what the run reads: the tokenizer's files and the text as tokens.
     *
     * @param model whose tokenizer is taken; empty: one is trained
     * @param room the tokens of its context that are not for rows
     */
    void prepare(RunFolder folder, ExampleShape kind, Optional<Checkpoint> model, int room, Console console)
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
                answers(files, model.orElseThrow(), room, tokenizer, console);
            }
        }
    }

    /** Makes tokens of chats or completions, and says what was done to them. */
    private void answers(
            TokenizerFiles files, Checkpoint model, int room, HuggingFaceTokenizer tokenizer, Console console)
            throws IOException {
        try (Prompts prompts = Prompts.of(model, console::note)) {
            Optional<ChatFormat> format = model.chatTemplate().map(_ -> prompts.chatFormat());
            var examples = new Instructions(
                    data,
                    ExampleForm.of(tokenizer, files.end(), format),
                    run.length.orElse(Models.form(model).config().context() - room),
                    truncate);
            TrainingText.write(
                    files.folder(),
                    new TrainingText.Source(examples, Optional.empty()),
                    tokenizer,
                    files.end(),
                    console);
            examples.remarks().forEach(console::note);
        }
    }
}
