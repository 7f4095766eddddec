package chainrule.apps.cli;

import chainrule.BadInput;
import chainrule.Spec;
import chainrule.checkpoint.Checkpoint;
import chainrule.data.ExampleShape;
import chainrule.local.ModelArgument;
import chainrule.local.Prompts;
import chainrule.model.family.Models;
import chainrule.objective.Distillation;
import chainrule.objective.distil.Divergence;
import chainrule.text.Tokenizer;
import chainrule.train.RunFolder;
import chainrule.train.Sequences;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

/** {@code distil}: teaches a model what another one says. */
@Command(
        name = "distil",
        description = {
            "Train a model, the student, to say what another one, the teacher, says. The run is a folder as with train.",
            "Both need one tokenizer; without --student a fresh model of --layers and --width gets the teacher's."
        },
        footer = {
            "",
            "Examples:",
            "  ./chainrule distil --teacher runs/large --student runs/small --data my-texts/ --out runs/taught",
            "  ./chainrule distil --teacher runs/large --data my-texts/ --objective \"forward-kl:2 + 0.5*next-token\"",
            "  ./chainrule distil --teacher runs/large --student runs/small --sequences mixed:student=0.5 --prompt-tokens 16",
            "  ./chainrule distil --teacher runs/large --sequences teacher --objective next-token     (of whole sequences)",
            "  ./chainrule distil --resume --out runs/taught"
        })
final class Distil implements Training {
    @picocli.CommandLine.Spec
    CommandSpec spec = CommandSpec.create();

    @Option(names = "--teacher", paramLabel = "MODEL", description = "The model to learn from; it stays as it is.")
    Optional<String> teacher = Optional.empty();

    @Option(names = "--student", paramLabel = "MODEL", description = "The model to teach; without it a fresh one.")
    Optional<String> student = Optional.empty();

    @Option(
            names = "--sequences",
            paramLabel = "WHOSE",
            description = "Whose texts are read: given, student, teacher or mixed (${DEFAULT-VALUE}).")
    String sequences = "given";

    @Option(
            names = "--prompt-tokens",
            paramLabel = "N",
            description = "Tokens of a given text before a model goes on (a quarter of --length).")
    Optional<Integer> promptTokens = Optional.empty();

    @Option(
            names = "--cache",
            paramLabel = "K",
            description = "Ask the teacher once and keep the K likeliest tokens and the rest's sum for each token.")
    Optional<Integer> cache = Optional.empty();

    @Option(
            names = "--cache-file",
            paramLabel = "FILE",
            description = "Where the answers are kept, for other runs too (in the run's folder).")
    Optional<Path> cacheFile = Optional.empty();

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "At the end write UNC, TKD and DKD of every held-out token, JSON lines.")
    Optional<Path> report = Optional.empty();

    @Mixin
    TrainingOptions options = atkd();

    private static TrainingOptions atkd() {
        TrainingOptions options = new TrainingOptions();
        options.run.objective = "atkd";
        return options;
    }

    @Override
    public List<String> names() {
        List<String> lines =
                new ArrayList<>(List.of("", "Divergences from the teacher, objectives too (--objective):"));
        Spec.describe(Divergence.class).forEach(d -> lines.add("  " + d));
        lines.addAll(List.of("", "Whose texts (--sequences):"));
        Spec.describe(Sequences.class).forEach(s -> lines.add("  " + s));
        lines.addAll(RunOptions.names());
        return lines;
    }

    @Override
    public TrainingOptions options() {
        return options;
    }

    @Override
    public ParseResult parsed() {
        return spec.commandLine().getParseResult();
    }

    @Override
    public Optional<Checkpoint> model() {
        return student.map(ModelArgument::find);
    }

    @Override
    public RunOptions.Start start() {
        return student.isEmpty() ? RunOptions.Start.NOTHING : RunOptions.Start.MODEL;
    }

    @Override
    public Optional<Checkpoint> tokenizer() {
        return student.or(() -> teacher).map(ModelArgument::find);
    }

    @Override
    public int vocabulary(Tokenizer tokenizer) {
        return Models.form(teachers()).config().vocabulary();
    }

    Checkpoint teachers() {
        return ModelArgument.find(
                teacher.orElseThrow(() -> new Failure.Usage("Name the model to learn from: --teacher MODEL.")));
    }

    Sequences sequences() {
        return Spec.parse(sequences, Sequences.class);
    }

    /** The tokens of a row of {@code length} that are given where a model writes the rest. */
    int promptTokens(int length) {
        return Math.min(length, promptTokens.orElse(Math.max(1, length / 4)));
    }

    @Override
    public void check() {
        Checkpoint from = teachers();
        Distillation.check(options.run.objective);
        boolean given = sequences().equals(new Sequences.Given());
        if (cache.isPresent() && !given) {
            throw new Failure.Usage(
                    "--cache keeps answers to given texts: leave it out with --sequences " + sequences + ".");
        }
        boolean texts = options.data.isEmpty() || ExampleShape.of(options.data) == ExampleShape.TEXT;
        if (!texts && !given) {
            throw new Failure.Usage(
                    "Of chats and completions the student learns as they are given: leave out --sequences.");
        }
        int length = options.run.length.orElse(256);
        if (promptTokens.isPresent() && (promptTokens.get() < 1 || promptTokens.get() > length)) {
            throw new Failure.Usage(
                    "--prompt-tokens " + promptTokens.get() + " must lie between 1 and --length " + length + ".");
        }
        model().ifPresent(to -> sameVocabulary(from, to));
    }

    private static void sameVocabulary(Checkpoint teacher, Checkpoint student) {
        int theirs = Models.form(teacher).config().vocabulary();
        int ours = Models.form(student).config().vocabulary();
        if (theirs != ours) {
            throw new BadInput("The teacher knows " + theirs + " tokens and the student " + ours
                    + ": distillation compares them token by token, so both need the same tokenizer.");
        }
        try (Prompts a = Prompts.of(teacher, _ -> {});
                Prompts b = Prompts.of(student, _ -> {})) {
            if (!a.hasTokenizer() || !b.hasTokenizer()) {
                return;
            }
            Tokenizer one = a.tokenizer();
            Tokenizer other = b.tokenizer();
            for (int id = 0; id < Math.max(one.size(), other.size()); id++) {
                if (!one.token(id).equals(other.token(id))) {
                    throw new BadInput(
                            "Token " + id + " is '" + one.token(id) + "' to the teacher and '"
                                    + other.token(id)
                                    + "' to the student: distillation compares them token by token, so both need the same tokenizer.");
                }
            }
        }
    }

    @Override
    public Lessons lessons(TrainedModel trained, TrainingText.Rows rows, RunFolder folder, Console console)
            throws IOException {
        return DistilLessons.of(this, trained, rows, folder, console);
    }

    @Override
    public List<String> samplePrompts() {
        return options.prompts.isEmpty() ? List.of("") : options.prompts;
    }
}
