package chainrule.checkpoint;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** A model in one GGUF file: weights, configuration, vocabulary and chat template. */
public final class GgufModel implements Checkpoint {
    private final Path path;
    private final GgufHeader header;
    private final JsonNode config;

    private GgufModel(Path path, GgufHeader header, JsonNode config) {
        this.path = path;
        this.header = header;
        this.config = config;
    }

    /** @throws chainrule.BadInput where the file is damaged or its architecture is not known here */
    static GgufModel open(Path path) {
        try (Gguf file = Gguf.open(path)) {
            return new GgufModel(path, file.header(), GgufConfig.of(file).config());
        }
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public JsonNode config() {
        return config;
    }

    @Override
    public Map<String, Object> metadata() {
        return header.metadata();
    }

    private GgufCompanions companions() {
        return new GgufCompanions(new GgufMetadata(path.toString(), metadata()));
    }

    @Override
    public Path configOrigin() {
        return path;
    }

    @Override
    public JsonNode generationConfig() {
        return companions().generationConfig();
    }

    @Override
    public Optional<Path> tokenizer() {
        return Optional.empty();
    }

    @Override
    public JsonNode tokenizerConfig() {
        return companions().tokenizerConfig();
    }

    @Override
    public Map<String, String> chatTemplates() {
        return companions().chatTemplates();
    }

    @Override
    public TensorFile openWeights() {
        Gguf file = Gguf.open(path, header);
        try {
            return new GgufWeights(file);
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }
}
