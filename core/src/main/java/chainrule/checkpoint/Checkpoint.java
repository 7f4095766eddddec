package chainrule.checkpoint;

import chainrule.BadInput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A model on disk, as Hugging Face's libraries see it whatever its form: configuration, tokenizer files, chat templates
 * and weights. What is read is checked for form; which values a family of models allows is that family's affair.
 */
public sealed interface Checkpoint permits HuggingFaceFolder, GgufModel {
    /** The file or folder that it was opened by. */
    Path path();

    /**
     * The content of {@code config.json}, in the form of transformers 4 or 5 as it lies there; in that of 5 where it is
     * made from a GGUF's metadata.
     */
    JsonNode config();

    /** Where {@link #config} comes from, for messages. */
    Path configOrigin();

    /** The content of {@code generation_config.json}; an empty object where there is none. */
    JsonNode generationConfig();

    /** The file {@code tokenizer.json}; none where the vocabulary is in the GGUF's metadata or nowhere. */
    Optional<Path> tokenizer();

    /** The content of {@code tokenizer_config.json}; an empty object where there is none. */
    JsonNode tokenizerConfig();

    /** Chat templates by name; the main one is called {@code default}. */
    Map<String, String> chatTemplates();

    /** The tensors under Hugging Face's names. The caller closes the file. */
    TensorFile openWeights();

    /** A GGUF's metadata; empty for other models. */
    default Map<String, Object> metadata() {
        return Map.of();
    }

    default Optional<String> chatTemplate() {
        return Optional.ofNullable(chatTemplates().get("default"));
    }

    /** A special token's text, as {@code bos_token}, {@code eos_token}, {@code unk_token} or {@code pad_token}. */
    default Optional<String> specialToken(String name) {
        JsonNode token = tokenizerConfig().path(name);
        JsonNode text = token.isObject() ? token.path("content") : token;
        return text.isString() ? Optional.of(text.stringValue()) : Optional.empty();
    }

    /**
     * Opens a folder, a {@code .safetensors} file (with the configuration beside it) or a {@code .gguf} file.
     *
     * @throws BadInput where there is no model
     */
    static Checkpoint open(Path path) {
        String name = path.toString().toLowerCase(Locale.ROOT);
        if (!Files.exists(path)) {
            throw new BadInput(path + ": there is no such file or folder.");
        }
        if (Files.isDirectory(path)) {
            return openFolder(path);
        }
        if (name.endsWith(".gguf")) {
            return GgufModel.open(path);
        }
        if (name.endsWith(".safetensors")) {
            return new HuggingFaceFolder(path, path.toAbsolutePath().resolveSibling(""), Optional.of(path));
        }
        throw new BadInput(path + ": a model is a folder, a .safetensors file or a .gguf file.");
    }

    private static Checkpoint openFolder(Path folder) {
        if (Files.exists(folder.resolve("config.json"))) {
            return new HuggingFaceFolder(folder, folder, Optional.empty());
        }
        List<Path> ggufs = HuggingFaceFolder.files(folder, ".gguf");
        if (ggufs.size() == 1) {
            return GgufModel.open(ggufs.getFirst());
        }
        if (ggufs.isEmpty()) {
            throw new BadInput(folder + ": there is no model in this folder: neither config.json nor a .gguf file.");
        }
        throw HuggingFaceFolder.several(folder, ggufs);
    }
}
