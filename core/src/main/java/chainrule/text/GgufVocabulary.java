package chainrule.text;

import chainrule.BadInput;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import tools.jackson.databind.node.ObjectNode;

/**
 * The vocabulary in a GGUF file's metadata (keys {@code tokenizer.ggml.*} of the format's specification) as a
 * tokenizer.json: model {@code gpt2} is a byte-level BPE with merges, model {@code llama} a SentencePiece BPE with scores
 * and byte fallback.
 */
public final class GgufVocabulary {
    private static final String KEY = "tokenizer.ggml.";
    private static final String SPACE = "\u2581";
    private static final int LONGEST = 1024;

    private static final int NORMAL = 1;
    private static final int UNKNOWN = 2;
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;

    private final Map<String, Object> metadata;
    private final String file;
    private final List<String> tokens = new ArrayList<>();
    private final List<Integer> types = new ArrayList<>();
    private final Map<String, Integer> ids = new HashMap<>();

    private GgufVocabulary(Map<String, Object> metadata, String file) {
        this.metadata = metadata;
        this.file = file;
        for (Object token : list("tokens")) {
            if (!(token instanceof String text) || text.length() > LONGEST || !JsonPlace.wellFormed(text)) {
                throw fault("tokens", "holds something that is not text of at most " + LONGEST + " characters");
            }
            String name = text.isEmpty() ? "[EMPTY_" + tokens.size() + "]" : text;
            Integer other = ids.put(name, tokens.size());
            if (other != null) {
                throw fault("tokens", "holds the token " + name + " twice, as " + other + " and " + tokens.size());
            }
            tokens.add(name);
        }
        list("token_type").forEach(type -> types.add(number("token_type", type).intValue()));
        if (tokens.isEmpty() || (!types.isEmpty() && types.size() != tokens.size())) {
            throw fault("tokens", "has " + tokens.size() + " tokens and " + types.size() + " types");
        }
    }

    /**
     * The text of the tokenizer.json.
     *
     * @param metadata lists may be lists or arrays
     * @param file how messages name the GGUF file
     * @throws BadInput if there is no vocabulary, or one of another kind
     */
    public static String tokenizerJson(Map<String, Object> metadata, String file) {
        return bpe(metadata, file).text();
    }

    static BpeJson bpe(Map<String, Object> metadata, String file) {
        GgufVocabulary vocabulary = new GgufVocabulary(metadata, file);
        String model = vocabulary.text("model");
        if (model.equals("gpt2")) {
            return vocabulary.byteLevel();
        }
        if (model.equals("llama")) {
            return vocabulary.sentencePiece();
        }
        throw vocabulary.fault("model", "is " + model + "; known are gpt2 and llama");
    }

    private BadInput fault(String key, String what) {
        return new BadInput(file + ": " + KEY + key + " " + JsonPlace.shortened(what) + ".");
    }

    private BpeJson byteLevel() {
        String name = metadata.containsKey(KEY + "pre") ? text("pre") : "default";
        PreTokenization split = PreTokenization.named(name)
                .orElseThrow(() -> fault(
                        "pre",
                        "is " + name + "; known are "
                                + String.join(", ", PreTokenization.allNames().toList())));
        BpeJson json = new BpeJson(tokens);
        for (Object merge : list("merges")) {
            String text = String.valueOf(merge);
            int space = text.indexOf(' ', 1);
            if (space < 0) {
                throw fault("merges", "holds " + text + ", which is not two tokens");
            }
            json.merge(text.substring(0, space), text.substring(space + 1));
        }
        if (split.whole()) {
            json.flag("ignore_merges");
        }
        addSpecial(json);
        if (split.composes()) {
            json.step("normalizer", BpeJson.type("NFC"));
        }
        json.step("pre_tokenizer", split.json());
        ObjectNode byteLevel = BpeJson.byteLevel(false, true);
        json.step(
                "post_processor",
                template(split.begins())
                        .map(template -> BpeJson.sequence("processors", List.of(byteLevel, template)))
                        .orElse(byteLevel));
        json.step("decoder", BpeJson.byteLevel(true, true));
        return json;
    }

    private BpeJson sentencePiece() {
        BpeJson json = new BpeJson(tokens);
        merges().forEach(merge -> json.merge(merge.left, merge.right));
        json.flag("fuse_unk");
        json.flag("byte_fallback");
        id("unknown_token_id").ifPresent(unknown -> json.unknown(tokens.get(unknown)));
        addSpecial(json);
        boolean prefix = flag("add_space_prefix", true);
        List<ObjectNode> normalizers = new ArrayList<>();
        List<ObjectNode> decoders = new ArrayList<>();
        if (prefix) {
            normalizers.add(BpeJson.type("Prepend").put("prepend", SPACE));
        }
        normalizers.add(replace(" ", SPACE));
        decoders.add(replace(SPACE, " "));
        decoders.add(BpeJson.type("ByteFallback"));
        decoders.add(BpeJson.type("Fuse"));
        if (prefix) {
            decoders.add(
                    BpeJson.type("Strip").put("content", " ").put("start", 1).put("stop", 0));
        }
        json.step("normalizer", BpeJson.sequence("normalizers", normalizers));
        template(true).ifPresent(template -> json.step("post_processor", template));
        json.step("decoder", BpeJson.sequence("decoders", decoders));
        return json;
    }

    private static ObjectNode replace(String pattern, String content) {
        ObjectNode replace = BpeJson.type("Replace");
        replace.putObject("pattern").put("String", pattern);
        return replace.put("content", content);
    }

    private record Merge(String left, String right, double score, int order) {}

    /** SentencePiece merges the neighbours that make the piece of the highest score, however it is split. */
    private List<Merge> merges() {
        List<?> scores = list("scores");
        if (scores.size() != tokens.size()) {
            throw fault("scores", "has " + scores.size() + " scores for " + tokens.size() + " tokens");
        }
        List<Merge> merges = new ArrayList<>();
        for (int id = 0; id < tokens.size(); id++) {
            if (type(id) == NORMAL) {
                String piece = tokens.get(id);
                double score = number("scores", scores.get(id)).doubleValue();
                for (int at = 1; at < piece.length(); at++) {
                    String left = piece.substring(0, at);
                    String right = piece.substring(at);
                    if (ids.containsKey(left) && ids.containsKey(right)) {
                        merges.add(new Merge(left, right, score, merges.size()));
                    }
                }
            }
        }
        merges.sort(Comparator.comparingDouble(Merge::score)
                .reversed()
                .thenComparing(merge -> merge.left.length(), Comparator.reverseOrder())
                .thenComparingInt(Merge::order));
        return merges;
    }

    private int type(int id) {
        return types.isEmpty() ? NORMAL : types.get(id);
    }

    private void addSpecial(BpeJson json) {
        List<Integer> named = IntStream.of(
                        id("bos_token_id").orElse(-1), id("eos_token_id").orElse(-1))
                .boxed()
                .toList();
        for (int id = 0; id < tokens.size(); id++) {
            boolean special = type(id) == CONTROL || type(id) == UNKNOWN || named.contains(id);
            if (special || type(id) == USER_DEFINED) {
                json.added(id, tokens.get(id), special);
            }
        }
    }

    /** Puts the beginning and end of text around a text, as far as the file asks for them. */
    private Optional<ObjectNode> template(boolean begins) {
        OptionalInt first = flag("add_bos_token", begins) ? id("bos_token_id") : OptionalInt.empty();
        OptionalInt last = flag("add_eos_token", false) ? id("eos_token_id") : OptionalInt.empty();
        if (first.isEmpty() && last.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> bos = first.isPresent() ? Optional.of(tokens.get(first.getAsInt())) : Optional.empty();
        Optional<String> eos = last.isPresent() ? Optional.of(tokens.get(last.getAsInt())) : Optional.empty();
        return Optional.of(BpeJson.template(bos, eos, ids));
    }

    private OptionalInt id(String key) {
        Object value = metadata.get(KEY + key);
        if (value == null) {
            return OptionalInt.empty();
        }
        long id = number(key, value).longValue();
        if (id < 0 || id >= tokens.size()) {
            throw fault(key, "is " + id + " and the vocabulary has " + tokens.size() + " tokens");
        }
        return OptionalInt.of((int) id);
    }

    private boolean flag(String key, boolean otherwise) {
        Object value = metadata.getOrDefault(KEY + key, otherwise);
        if (!(value instanceof Boolean flag)) {
            throw fault(key, "should be true or false");
        }
        return flag;
    }

    private String text(String key) {
        if (!(metadata.get(KEY + key) instanceof String text)) {
            throw fault(key, "is missing or not text");
        }
        return text;
    }

    private Number number(String key, Object value) {
        if (!(value instanceof Number number)) {
            throw fault(key, "holds something that is not a number");
        }
        return number;
    }

    /** A list or an array of any type; empty if there is none. */
    private List<?> list(String key) {
        Object value = metadata.getOrDefault(KEY + key, List.of());
        if (value instanceof List<?> list) {
            return list;
        }
        if (!value.getClass().isArray()) {
            throw fault(key, "should be a list");
        }
        return IntStream.range(0, Array.getLength(value))
                .mapToObj(i -> Array.get(value, i))
                .toList();
    }
}
