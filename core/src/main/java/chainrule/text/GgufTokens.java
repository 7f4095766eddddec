package chainrule.text;

import chainrule.BadInput;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/**
 * A tokenizer.json as the metadata of a GGUF file (keys {@code tokenizer.ggml.*}), from which {@link GgufVocabulary}
 * makes it again: a byte-level BPE whose way to split texts has a name, or a BPE with byte fallback, whose pieces are
 * scored by the rank of the merge that makes them. GGUF cannot say that a space is put before a text's beginning only, or
 * only where there is none: then llama.cpp, and what is read again, has one more behind a special token and before a space.
 */
public final class GgufTokens {
    private static final int NORMAL = 1;
    private static final int UNKNOWN = 2;
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;
    private static final int UNUSED = 5;
    private static final int BYTE = 6;
    private static final float UNMERGED = -1e9f;

    private final Path file;
    private final JsonNode root;
    private final JsonNode model;
    private final HuggingFaceTokenizer tokenizer;
    private final Map<String, Object> to = new LinkedHashMap<>();

    private GgufTokens(Path folder, HuggingFaceTokenizer tokenizer) {
        this.file = folder.resolve("tokenizer.json");
        this.root = JsonPlace.read(file).node();
        this.model = root.path("model");
        this.tokenizer = tokenizer;
    }

    /**
     * The metadata of a folder's tokenizer.
     *
     * @param rows of the model's embedding: ids that have no token get one that no text has
     * @param ends the tokens that end a text or a turn, the first of which is the end of a text
     * @throws BadInput for a tokenizer of another kind
     */
    public static Map<String, Object> metadata(Path folder, int rows, List<Integer> ends) {
        try (HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.open(folder)) {
            var tokens = new GgufTokens(folder, tokenizer);
            tokens.read(rows);
            tokens.special(SpecialTokens.of(folder, tokenizer), ends);
            return tokens.to;
        }
    }

    private void read(int rows) {
        if (!model.path("type").asString("BPE").equals("BPE")) {
            throw bad("is no BPE");
        }
        boolean pieces = model.path("byte_fallback").asBoolean(false);
        to.put("tokenizer.ggml.model", pieces ? "llama" : "gpt2");
        to.put("tokenizer.ggml.pre", pieces ? "default" : splitting());
        if (tokenizer.size() > rows) {
            throw bad("has " + tokenizer.size() + " tokens, more than the model's " + rows);
        }
        Map<Integer, Integer> added = added();
        List<String> tokens = new ArrayList<>();
        int[] types = new int[rows];
        for (int id = 0; id < rows; id++) {
            String token = tokenizer.token(id);
            tokens.add(token.isEmpty() ? "[PAD" + id + "]" : token);
            types[id] = token.isEmpty() ? UNUSED : type(id, token, pieces, added);
        }
        to.put("tokenizer.ggml.tokens", tokens);
        to.put("tokenizer.ggml.token_type", types);
        List<String[]> merges = merges();
        if (pieces) {
            to.put("tokenizer.ggml.scores", scores(tokens, merges));
            to.put("tokenizer.ggml.add_space_prefix", prefixed());
        } else {
            to.put(
                    "tokenizer.ggml.merges",
                    merges.stream().map(m -> m[0] + " " + m[1]).toList());
        }
        int[] plain = tokenizer.ids("a", false);
        int[] framed = tokenizer.ids("a", true);
        to.put("tokenizer.ggml.add_bos_token", framed.length > 0 && framed[0] != plain[0]);
        to.put("tokenizer.ggml.add_eos_token", framed[framed.length - 1] != plain[plain.length - 1]);
    }

    private int type(int id, String token, boolean pieces, Map<Integer, Integer> added) {
        if (token.equals(model.path("unk_token").asString(""))) {
            return UNKNOWN;
        }
        boolean isByte = pieces && token.matches("<0x[0-9A-F]{2}>");
        return added.getOrDefault(id, isByte ? BYTE : NORMAL);
    }

    private Map<Integer, Integer> added() {
        Map<Integer, Integer> types = new HashMap<>();
        for (JsonNode token : root.path("added_tokens")) {
            int id = token.path("id").intValue();
            types.put(id, tokenizer.isSpecial(id) ? CONTROL : USER_DEFINED);
        }
        return types;
    }

    private void special(SpecialTokens named, List<Integer> ends) {
        named.bos().ifPresent(t -> to.put("tokenizer.ggml.bos_token_id", t.id()));
        named.unknown()
                .map(SpecialTokens.Token::id)
                .or(() -> unknown())
                .ifPresent(id -> to.put("tokenizer.ggml.unknown_token_id", id));
        named.pad().ifPresent(t -> to.put("tokenizer.ggml.padding_token_id", t.id()));
        List<String> roles = List.of("eos", "eot", "eom");
        for (int i = 0; i < Math.min(ends.size(), roles.size()); i++) {
            to.put("tokenizer.ggml." + roles.get(i) + "_token_id", ends.get(i));
        }
    }

    private Optional<Integer> unknown() {
        OptionalInt id = tokenizer.id(model.path("unk_token").asString(""));
        return id.isPresent() ? Optional.of(id.getAsInt()) : Optional.empty();
    }

    private List<String[]> merges() {
        return StreamSupport.stream(model.path("merges").spliterator(), false)
                .map(m -> m.isArray()
                        ? new String[] {m.get(0).asString(), m.get(1).asString()}
                        : m.asString().split(" ", 2))
                .toList();
    }

    private static float[] scores(List<String> tokens, List<String[]> merges) {
        Map<String, Integer> ranks = new HashMap<>();
        for (int i = 0; i < merges.size(); i++) {
            ranks.putIfAbsent(merges.get(i)[0] + merges.get(i)[1], i);
        }
        float[] scores = new float[tokens.size()];
        for (int id = 0; id < scores.length; id++) {
            Integer rank = ranks.get(tokens.get(id));
            scores[id] = rank == null ? UNMERGED : -rank;
        }
        return scores;
    }

    /** Whether a text is given a space to begin with. */
    private boolean prefixed() {
        String steps = root.path("normalizer").toString() + root.path("pre_tokenizer");
        return steps.contains("\"Prepend\"")
                || (steps.contains("\"Metaspace\"") && !steps.contains("\"prepend_scheme\":\"never\""));
    }

    /** The name of the way that texts are split. */
    private String splitting() {
        boolean whole = model.path("ignore_merges").asBoolean(false);
        boolean composes = root.path("normalizer").toString().contains("\"NFC\"");
        Optional<List<String>> patterns = patterns(root.path("pre_tokenizer"));
        return PreTokenization.all()
                .filter(p -> p.whole() == whole && p.composes() == composes && patterns.equals(patterns(p.json())))
                .map(p -> p.names().getFirst())
                .findFirst()
                .orElseThrow(() -> bad("splits texts in a way that has no name in GGUF"));
    }

    /** The patterns that split a text one after another; empty where something else happens to it. */
    private static Optional<List<String>> patterns(JsonNode step) {
        return switch (step.path("type").asString("")) {
            case "Sequence" -> {
                List<Optional<List<String>>> parts = StreamSupport.stream(
                                step.path("pretokenizers").spliterator(), false)
                        .map(GgufTokens::patterns)
                        .toList();
                yield parts.stream().allMatch(Optional::isPresent)
                        ? Optional.of(parts.stream()
                                .flatMap(p -> p.orElseThrow().stream())
                                .collect(Collectors.toList()))
                        : Optional.empty();
            }
            case "Digits" ->
                step.path("individual_digits").asBoolean(false) ? Optional.of(List.of("\\p{N}")) : Optional.empty();
            case "Split" -> {
                boolean isolated = step.path("behavior").asString("").equals("Isolated")
                        && !step.path("invert").asBoolean(false);
                JsonNode regex = step.path("pattern").path("Regex");
                yield isolated && regex.isString() ? Optional.of(List.of(regex.stringValue())) : Optional.empty();
            }
            case "ByteLevel" ->
                step.path("add_prefix_space").asBoolean(false)
                        ? Optional.empty()
                        : Optional.of(step.path("use_regex").asBoolean(true) ? List.of(OnigPattern.GPT2) : List.of());
            default -> Optional.empty();
        };
    }

    private BadInput bad(String what) {
        return new BadInput(file + " " + what + ", so it has no form in a GGUF file: export to a folder instead.");
    }
}
