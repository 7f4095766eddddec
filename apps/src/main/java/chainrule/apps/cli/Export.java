package chainrule.apps.cli;

import chainrule.BadInput;
import chainrule.adapter.Adapter;
import chainrule.adapter.PeftFolder;
import chainrule.adapter.PrefixAdapter;
import chainrule.checkpoint.AtomicFile;
import chainrule.checkpoint.Checkpoint;
import chainrule.local.ModelArgument;
import chainrule.model.Decoder;
import chainrule.model.family.Models;
import chainrule.train.Durable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.bytedeco.pytorch.global.torch.ScalarType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code export}: a model as a folder in Hugging Face's layout. */
@Command(
        name = "export",
        description = {
            "Write a model, whatever its format, as a folder in Hugging Face's layout: config.json, model.safetensors,",
            "the tokenizer's files. The folder appears whole or not at all."
        },
        footer = {
            "",
            "Examples:",
            "  ./chainrule export runs/wordnet my-model --dtype bf16",
            "  ./chainrule export model.gguf my-model",
            "  ./chainrule export my-model my-tuned-model --adapter runs/tuned"
        })
final class Export implements Verb {
    /** Number types of weights. */
    enum Type {
        BF16(ScalarType.BFloat16),
        F32(ScalarType.Float);

        private final ScalarType tensorType;

        Type(ScalarType tensorType) {
            this.tensorType = tensorType;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Parameters(index = "0", paramLabel = "MODEL", description = "A folder, a file, or a name in the store.")
    String model = "";

    @Parameters(index = "1", paramLabel = "FOLDER", description = "Where it goes; must not be there yet.")
    Path folder = Path.of("");

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            description = "Number type of the weights: bf16 or f32 (${DEFAULT-VALUE}).")
    Type type = Type.BF16;

    @Option(
            names = "--adapter",
            paramLabel = "FOLDER",
            description = "A LoRA adapter, as PEFT writes it, that is merged into the weights.")
    Optional<Path> adapter = Optional.empty();

    @Option(names = "--json", description = "Print one JSON object.")
    boolean json;

    @Override
    public int run(Console console) throws IOException {
        Checkpoint checkpoint = ModelArgument.find(model);
        if (Files.exists(folder)) {
            throw new BadInput(folder + " is there already: name a folder that is not.");
        }
        Path whole = folder.toAbsolutePath().normalize();
        Files.createDirectories(whole.getParent());
        Path part = Files.createDirectory(whole.resolveSibling("." + whole.getFileName() + "." + UUID.randomUUID()));
        try {
            write(checkpoint, part);
            AtomicFile.move(part, whole);
        } catch (RuntimeException | IOException e) {
            Durable.deleteAll(part);
            throw e;
        }
        long bytes = Files.size(whole.resolve("model.safetensors"));
        if (json) {
            console.json(Map.of("folder", folder.toString(), "dtype", type.toString(), "bytes", bytes));
        } else {
            console.println(String.format(Locale.ROOT, "%s: %.1f MB of weights in %s", folder, bytes / 1e6, type));
        }
        return DONE;
    }

    private void write(Checkpoint checkpoint, Path to) throws IOException {
        var tokenizer = new TokenizerFiles(to);
        tokenizer.copy(checkpoint);
        try (Decoder net = load(checkpoint)) {
            var form = new Models.Form(Models.form(checkpoint).family(), net.config());
            Models.save(form, net.parameters(), tokenizer.special(), type.tensorType, to);
        }
    }

    /** The model in float32, with the adapter in its weights. */
    private Decoder load(Checkpoint checkpoint) {
        if (adapter.isEmpty()) {
            return Models.load(checkpoint);
        }
        try (Adapter own = PeftFolder.read(adapter.get(), Models.form(checkpoint))) {
            if (own instanceof PrefixAdapter) {
                throw new BadInput(adapter.get()
                        + " is a prefix, which no weights can hold: give it to the model with --adapter instead.");
            }
            return Models.load(checkpoint, own.change());
        }
    }
}
