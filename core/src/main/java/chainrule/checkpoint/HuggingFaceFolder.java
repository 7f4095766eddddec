package chainrule.checkpoint;

import chainrule.BadInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A model in a folder as transformers' {@code save_pretrained} writes it. In place of safetensors files there may be one
 * GGUF file, whose configuration and vocabulary then give way to the folder's.
 *
 * @param weights the file of weights, where one was named
 */
public record HuggingFaceFolder(Path path, Path folder, Optional<Path> weights) implements Checkpoint {
    private static final String TEMPLATE = ".jinja";

    @Override
    public Path configOrigin() {
        return folder.resolve("config.json");
    }

    @Override
    public JsonNode config() {
        JsonNode config = JsonFile.object(configOrigin());
        ConfigForm.check(configOrigin().toString(), config);
        return config;
    }

    @Override
    public JsonNode generationConfig() {
        return objectOrEmpty("generation_config.json");
    }

    @Override
    public Optional<Path> tokenizer() {
        return Optional.of(folder.resolve("tokenizer.json")).filter(Files::exists);
    }

    @Override
    public JsonNode tokenizerConfig() {
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        objectOrEmpty("special_tokens_map.json").forEachEntry(all::set);
        objectOrEmpty("tokenizer_config.json").forEachEntry(all::set);
        return all;
    }

    private JsonNode objectOrEmpty(String name) {
        return JsonFile.optional(folder.resolve(name)).orElseGet(JsonNodeFactory.instance::objectNode);
    }

    @Override
    public Map<String, String> chatTemplates() {
        Map<String, String> templates = new LinkedHashMap<>();
        templates.putAll(listed(tokenizerConfig().path("chat_template")));
        Path more = folder.resolve("additional_chat_templates");
        if (Files.isDirectory(more)) {
            for (Path file : files(more, TEMPLATE)) {
                String name = file.getFileName().toString();
                templates.put(name.substring(0, name.length() - TEMPLATE.length()), JsonFile.text(file));
            }
        }
        Path main = folder.resolve("chat_template.jinja");
        if (Files.exists(main)) {
            templates.put("default", JsonFile.text(main));
        }
        return templates;
    }

    /** The templates of {@code tokenizer_config.json}: one text, or a list of objects with name and template. */
    private Map<String, String> listed(JsonNode templates) {
        Map<String, String> named = new LinkedHashMap<>();
        if (templates.isString()) {
            named.put("default", templates.stringValue());
        } else if (templates.isArray()) {
            for (JsonNode each : templates) {
                if (!each.path("name").isString() || !each.path("template").isString()) {
                    throw new BadInput(folder.resolve("tokenizer_config.json")
                            + ": chat_template lists something without a name and a template.");
                }
                named.put(each.path("name").stringValue(), each.path("template").stringValue());
            }
        } else if (!templates.isMissingNode() && !templates.isNull()) {
            throw new BadInput(
                    folder.resolve("tokenizer_config.json") + ": chat_template is neither a text nor a list.");
        }
        return named;
    }

    @Override
    public TensorFile openWeights() {
        if (weights.isPresent()) {
            return Safetensors.open(weights.get());
        }
        Path whole = folder.resolve("model.safetensors");
        Path index = folder.resolve("model.safetensors.index.json");
        if (Files.exists(whole)) {
            return Safetensors.open(whole);
        }
        if (Files.exists(index)) {
            return ShardedSafetensors.open(index);
        }
        List<Path> ggufs = files(folder, ".gguf");
        if (ggufs.size() > 1) {
            throw several(folder, ggufs);
        }
        if (ggufs.isEmpty()) {
            throw new BadInput(
                    folder
                            + ": there are no weights in this folder: neither model.safetensors, nor its index, nor a .gguf file.");
        }
        return GgufModel.open(ggufs.getFirst()).openWeights();
    }

    static BadInput several(Path folder, List<Path> files) {
        return new BadInput(folder + ": there are several models in this folder; name one: "
                + String.join(
                        ", ",
                        files.stream().map(f -> f.getFileName().toString()).toList()) + ".");
    }

    /** The files of a folder whose names end so, in order. */
    static List<Path> files(Path folder, String ending) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.toString().toLowerCase(Locale.ROOT).endsWith(ending))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw Mapped.unreadable(folder, e);
        }
    }
}
