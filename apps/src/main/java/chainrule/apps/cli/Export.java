package chainrule.apps.cli;

import chainrule.BadInput;
import chainrule.adapter.Adapter;
import chainrule.adapter.PeftFolder;
import chainrule.adapter.PrefixAdapter;
import chainrule.checkpoint.AtomicFile;
import chainrule.checkpoint.Checkpoint;
import chainrule.checkpoint.Dtype;
import chainrule.data.Document;
import chainrule.local.ExportCheck;
import chainrule.local.ModelArgument;
import chainrule.local.Prompts;
import chainrule.model.Decoder;
import chainrule.model.family.Models;
import chainrule.text.GgufTokens;
import chainrule.train.Durable;
import chainrule.worlds.wordnet.DefinitionCorpus;
import chainrule.worlds.wordnet.WordNet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code export}: a model as a folder in Hugging Face's layout or as a GGUF file, read again and compared. */
@Command(
        name = "export",
        description = {
            "Write a model, whatever its format, as a folder in Hugging Face's layout (config.json, model.safetensors,",
            "the tokenizer's files) or, where the name ends in .gguf, as a file for llama.cpp. It is read again and",
            "compared on 64 texts, and appears whole and the same model or not at all."
        },
        footer = {
            "",
            "Examples:",
            "  ./chainrule export runs/wordnet my-model --dtype bf16",
            "  ./chainrule export runs/wordnet my-model.gguf --dtype q8_0",
            "  ./chainrule export model.gguf my-model",
            "  ./chainrule export my-model my-tuned-model --adapter runs/tuned"
        })
final class Export implements Verb {
    /** Number types of weights. */
    enum Type {
        BF16(Dtype.BF16),
        F16(Dtype.F16),
        F32(Dtype.F32),
        Q8_0(Dtype.Q8_0);

        private final Dtype dtype;

        Type(Dtype dtype) {
            this.dtype = dtype;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Parameters(index = "0", paramLabel = "MODEL", description = "A folder, a file, or a name in the store.")
    String model = "";

    @Parameters(index = "1", paramLabel = "FOLDER", description = "Where it goes, or FILE.gguf; must not be there yet.")
    Path target = Path.of("");

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            description = "Number type of the weights: bf16, f16, f32 or, in a GGUF file, q8_0 (${DEFAULT-VALUE}).")
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
        boolean gguf = target.toString().toLowerCase(Locale.ROOT).endsWith(".gguf");
        if (Files.exists(target)) {
            throw new BadInput(target + " is there already: name a folder or a file that is not.");
        }
        if (type.dtype.quantised() && !gguf) {
            throw new Failure.Usage(
                    "Only a GGUF file holds weights in " + type + ": name one, as in " + target + ".gguf.");
        }
        Path whole = target.toAbsolutePath().normalize();
        Files.createDirectories(whole.getParent());
        Path part = Files.createDirectory(whole.resolveSibling("." + whole.getFileName() + "." + UUID.randomUUID()));
        try {
            ExportCheck check = write(checkpoint, part, gguf);
            Path made = gguf ? part.resolve(whole.getFileName()) : part;
            long bytes = Files.size(gguf ? made : part.resolve("model.safetensors"));
            AtomicFile.move(made, whole);
            report(check, gguf, bytes, console);
        } finally {
            Durable.deleteAll(part);
        }
        return DONE;
    }

    private void report(ExportCheck check, boolean gguf, long bytes, Console console) {
        if (json) {
            Map<String, Object> result =
                    new TreeMap<>(Map.of("dtype", type.toString(), "bytes", bytes, "check", check));
            result.put(gguf ? "file" : "folder", target.toString());
            console.json(result);
            return;
        }
        console.println(String.format(Locale.ROOT, "%s: %.1f MB of weights in %s", target, bytes / 1e6, type));
        console.println("Read again, on " + check);
    }

    private ExportCheck write(Checkpoint checkpoint, Path part, boolean gguf) throws IOException {
        Path files = gguf ? Files.createDirectory(part.resolve("tokenizer")) : part;
        var tokenizer = new TokenizerFiles(files);
        tokenizer.copy(checkpoint);
        try (Decoder net = load(checkpoint);
                Prompts prompts = Prompts.of(checkpoint, _ -> {})) {
            var form = new Models.Form(Models.form(checkpoint).family(), net.config());
            Path made = gguf ? part.resolve(target.getFileName()) : part;
            Models.Types types = (_, _) -> type.dtype;
            if (gguf) {
                Map<String, Object> vocabulary = GgufTokens.metadata(files, net.vocabulary(), tokenizer.ends());
                checkpoint.chatTemplate().ifPresent(t -> vocabulary.put("tokenizer.chat_template", t));
                Models.saveGguf(form, net.parameters(), type.dtype, vocabulary, made);
                types = Models.gguf(form, type.dtype)::type;
            } else {
                Models.save(form, net.parameters(), tokenizer.special(), type.dtype.scalar(), made);
            }
            return ExportCheck.of(form, net, prompts, Checkpoint.open(made), types, texts());
        }
    }

    private static List<String> texts() {
        try (Stream<Document> all =
                new DefinitionCorpus(WordNet.load()).heldOut().documents()) {
            return all.limit(64).map(d -> ((Document.Text) d).text()).toList();
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
