package chainrule.apps.cli;

import chainrule.BadInput;
import chainrule.checkpoint.Checkpoint;
import chainrule.data.Corpus;
import chainrule.data.Document;
import chainrule.local.Prompts;
import chainrule.text.BpeTrainer;
import chainrule.text.GgufVocabulary;
import chainrule.text.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The files of a run's tokenizer, in the run's folder {@code data}; they go into every checkpoint. */
record TokenizerFiles(Path folder) {
    private static final String END = "<|endoftext|>";
    private static final String GENERATION = "generation_config.json";
    private static final List<String> NAMES =
            List.of("tokenizer.json", "tokenizer_config.json", GENERATION, "chat_template.jinja");
    private static final long MOST_CHARACTERS = 30_000_000;
    private static final JsonMapper JSON = JsonMapper.shared();

    /** Trains a byte-level BPE on a corpus, or the first 30 million characters of it. */
    void train(Corpus corpus, int vocabulary) throws IOException {
        long[] left = {MOST_CHARACTERS};
        try (Stream<Document> documents = corpus.documents()) {
            Stream<String> texts = documents
                    .filter(Document.Text.class::isInstance)
                    .map(d -> ((Document.Text) d).text())
                    .takeWhile(text -> left[0] > 0)
                    .peek(text -> left[0] -= text.length());
            write("tokenizer.json", new BpeTrainer(vocabulary, List.of(END)).train(texts));
        }
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("tokenizer_class", "PreTrainedTokenizerFast");
        config.put("bos_token", END);
        config.put("eos_token", END);
        config.put("add_bos_token", true);
        write("tokenizer_config.json", JSON.writeValueAsString(config));
        try (HuggingFaceTokenizer tokenizer = open()) {
            int end = tokenizer.id(END).orElseThrow();
            write(GENERATION, JSON.writeValueAsString(Map.of("bos_token_id", end, "eos_token_id", end)));
        }
    }

    /** Those of a model. @throws BadInput where it has no tokenizer, or no token that ends a text */
    void copy(Checkpoint from) throws IOException {
        if (from.tokenizer().isPresent()) {
            Files.copy(from.tokenizer().get(), folder.resolve("tokenizer.json"));
        } else if (from.metadata().containsKey("tokenizer.ggml.tokens")) {
            write(
                    "tokenizer.json",
                    GgufVocabulary.tokenizerJson(from.metadata(), from.path().toString()));
        } else {
            throw new BadInput(from.path() + " has no tokenizer, without which no text can be trained on.");
        }
        write("tokenizer_config.json", from.tokenizerConfig().toString());
        ObjectNode generation = JSON.createObjectNode();
        from.generationConfig().forEachEntry(generation::set);
        try (Prompts prompts = Prompts.of(from, _ -> {})) {
            int end = prompts.ends().tokens().stream()
                    .findFirst()
                    .orElseThrow(() -> new BadInput(from.path()
                            + " names no token that ends a text: set eos_token in its tokenizer_config.json."));
            if (!generation.has("eos_token_id")) {
                generation.put("eos_token_id", end);
            }
            if (!generation.has("bos_token_id") && prompts.begin().isPresent()) {
                generation.put("bos_token_id", prompts.begin().getAsInt());
            }
        }
        write(GENERATION, generation.toString());
        if (from.chatTemplate().isPresent()) {
            Files.writeString(
                    folder.resolve("chat_template.jinja"), from.chatTemplate().get());
        }
    }

    private void write(String name, String content) throws IOException {
        Files.writeString(folder.resolve(name), content + "\n");
    }

    HuggingFaceTokenizer open() {
        return HuggingFaceTokenizer.open(folder);
    }

    /** The tokens that begin and end a text, under their names in {@code config.json}. */
    Map<String, Object> special() throws IOException {
        JsonNode generation = JSON.readTree(Files.readString(folder.resolve(GENERATION)));
        Map<String, Object> found = new LinkedHashMap<>();
        for (String name : List.of("bos_token_id", "eos_token_id")) {
            if (generation.has(name)) {
                found.put(name, generation.get(name));
            }
        }
        return found;
    }

    /** The token between texts. */
    int end() throws IOException {
        return ends().getFirst();
    }

    /** The tokens that end a text or a turn. */
    List<Integer> ends() throws IOException {
        JsonNode end = JSON.valueToTree(special().get("eos_token_id"));
        return end.isArray() ? end.valueStream().map(JsonNode::intValue).toList() : List.of(end.intValue());
    }

    /** Puts copies into another folder. */
    void copyTo(Path other) throws IOException {
        for (String name : NAMES) {
            if (Files.exists(folder.resolve(name))) {
                Files.copy(folder.resolve(name), other.resolve(name));
            }
        }
    }
}
