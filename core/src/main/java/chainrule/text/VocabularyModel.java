package chainrule.text;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The model of a tokenizer.json: BPE, Unigram, WordPiece or WordLevel.
 *
 * @param copy the model for the native library; without BPE's dropout, so that encoding is a function
 * @param ids the id of each token; where Unigram has a token twice, the last
 * @param tokens the token of each id
 * @param size the number from which the library counts on for added tokens
 */
record VocabularyModel(ObjectNode copy, Map<String, Integer> ids, Map<Integer, String> tokens, int size) {
    /** The highest id allowed. */
    static final int HIGHEST = 4_000_000;

    private static final int LONGEST_PIECE = 512;
    private static final Set<String> TYPES = Set.of("BPE", "Unigram", "WordPiece", "WordLevel");

    static VocabularyModel read(JsonPlace model) {
        String type = type(model.object());
        ObjectNode copy = JsonPlace.MAPPER.createObjectNode().put("type", type);
        if (type.equals("Unigram")) {
            return unigram(model, copy);
        }
        Map<String, Integer> ids = new HashMap<>();
        Map<Integer, String> tokens = new HashMap<>();
        JsonPlace vocab = model.get("vocab");
        for (Map.Entry<String, JsonNode> entry : vocab.entries()) {
            String token = entry.getKey();
            if (!JsonPlace.wellFormed(token)) {
                throw vocab.fault("has a token that holds half of a surrogate pair");
            }
            int id = vocab.under(token, entry.getValue()).whole(0, HIGHEST);
            String other = tokens.put(id, token);
            if (other != null) {
                throw vocab.fault("gives the id " + id + " to both " + other + " and " + token);
            }
            ids.put(token, id);
        }
        if (ids.isEmpty()) {
            throw vocab.fault("is empty");
        }
        switch (type) {
            case "BPE" -> bpe(model, copy, ids);
            case "WordPiece" -> {
                copy.put(
                        "continuing_subword_prefix",
                        model.get("continuing_subword_prefix").text());
                copy.put(
                        "max_input_chars_per_word",
                        model.get("max_input_chars_per_word").whole(0, 100_000));
                copy.put("unk_token", unknown(model.get("unk_token"), ids));
            }
            default -> copy.put("unk_token", unknown(model.get("unk_token"), ids));
        }
        copy.set("vocab", vocab.node());
        return new VocabularyModel(copy, ids, tokens, ids.size());
    }

    private static String type(JsonPlace model) {
        if (model.maybe("type").isEmpty()) {
            return model.maybe("merges").isPresent()
                    ? "BPE"
                    : model.maybe("unk_id").isPresent()
                            ? "Unigram"
                            : model.maybe("max_input_chars_per_word").isPresent() ? "WordPiece" : "WordLevel";
        }
        String type = model.get("type").text();
        if (!TYPES.contains(type)) {
            throw model.fault("has the type " + type + ", which is none of "
                    + String.join(", ", TYPES.stream().sorted().toList()));
        }
        return type;
    }

    private static String unknown(JsonPlace token, Map<String, Integer> ids) {
        if (!ids.containsKey(token.text())) {
            throw token.fault("is " + token.text() + ", a token that the vocabulary lacks");
        }
        return token.text();
    }

    private static void bpe(JsonPlace model, ObjectNode copy, Map<String, Integer> ids) {
        model.maybe("unk_token")
                .filter(unk -> !unk.text().isEmpty())
                .ifPresent(unk -> copy.put("unk_token", unknown(unk, ids)));
        String prefix =
                model.maybe("continuing_subword_prefix").map(JsonPlace::text).orElse("");
        if (!prefix.isEmpty()) {
            copy.put("continuing_subword_prefix", prefix);
        }
        model.maybe("end_of_word_suffix").ifPresent(suffix -> copy.put("end_of_word_suffix", suffix.text()));
        for (String flag : List.of("fuse_unk", "byte_fallback", "ignore_merges")) {
            model.maybe(flag).ifPresent(value -> copy.put(flag, value.flag()));
        }
        JsonPlace merges = model.get("merges");
        merges.items().forEach(merge -> merge(merge, prefix, ids));
        copy.set("merges", merges.node());
    }

    /** A merge is a pair of tokens, or a string of them with a space between. */
    private static void merge(JsonPlace merge, String prefix, Map<String, Integer> ids) {
        JsonNode node = merge.node();
        String left;
        String right;
        if (node.isString()) {
            String text = node.stringValue();
            if (text.startsWith("#version")) {
                return;
            }
            int space = text.indexOf(' ');
            if (space < 0 || text.indexOf(' ', space + 1) >= 0) {
                throw merge.fault("should be two tokens with one space between");
            }
            left = text.substring(0, space);
            right = text.substring(space + 1);
        } else {
            if (node.size() != 2 || !node.path(0).isString() || !node.path(1).isString()) {
                throw merge.fault("should be a pair of tokens");
            }
            left = node.path(0).stringValue();
            right = node.path(1).stringValue();
        }
        if (!right.startsWith(prefix)) {
            throw merge.fault("has a right side without the prefix " + prefix);
        }
        String joined = left + (prefix.isEmpty() ? right : right.substring(prefix.length()));
        if (!ids.containsKey(left) || !ids.containsKey(right) || !ids.containsKey(joined)) {
            String missing = !ids.containsKey(left) ? left : !ids.containsKey(right) ? right : joined;
            throw merge.fault("needs the token " + missing + ", which the vocabulary lacks");
        }
    }

    private static VocabularyModel unigram(JsonPlace model, ObjectNode copy) {
        Map<String, Integer> ids = new HashMap<>();
        Map<Integer, String> tokens = new HashMap<>();
        JsonPlace vocab = model.get("vocab");
        List<JsonPlace> pieces = vocab.items();
        if (pieces.isEmpty() || pieces.size() > HIGHEST) {
            throw vocab.fault("has " + pieces.size() + " pieces; 1 to " + HIGHEST + " are allowed");
        }
        for (JsonPlace piece : pieces) {
            List<JsonPlace> both = piece.items();
            if (both.size() != 2
                    || !both.get(1).node().isNumber()
                    || !Double.isFinite(both.get(1).node().doubleValue())) {
                throw piece.fault("should be a token and its score");
            }
            String token = both.get(0).text();
            if (token.length() > LONGEST_PIECE) {
                throw piece.fault("has a token of more than " + LONGEST_PIECE + " characters");
            }
            tokens.put(tokens.size(), token);
            ids.put(token, tokens.size() - 1);
        }
        Optional<JsonPlace> unknown = model.maybe("unk_id");
        unknown.ifPresent(id -> copy.put("unk_id", id.whole(0, pieces.size() - 1)));
        copy.put(
                "byte_fallback",
                model.maybe("byte_fallback").map(JsonPlace::flag).orElse(false));
        copy.set("vocab", vocab.node());
        return new VocabularyModel(copy, ids, tokens, pieces.size());
    }
}
