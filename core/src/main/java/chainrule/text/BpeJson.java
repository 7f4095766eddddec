package chainrule.text;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes a tokenizer.json around a BPE model. */
final class BpeJson {
    private final ObjectNode root = JsonPlace.MAPPER.createObjectNode();
    private final ObjectNode model = JsonPlace.MAPPER.createObjectNode().put("type", "BPE");
    private final ObjectNode vocab = model.putObject("vocab");
    private final ArrayNode merges = model.putArray("merges");
    private final ArrayNode added;

    /** @param tokens the tokens in the order of their ids, added ones included */
    BpeJson(List<String> tokens) {
        root.put("version", "1.0").putNull("truncation").putNull("padding");
        added = root.putArray("added_tokens");
        for (String token : tokens) {
            vocab.put(token, vocab.size());
        }
        for (String step : List.of("normalizer", "pre_tokenizer", "post_processor", "decoder")) {
            root.putNull(step);
        }
    }

    void merge(String left, String right) {
        merges.addArray().add(left).add(right);
    }

    void added(int id, String token, boolean special) {
        added.add(addedToken(id, token, special));
    }

    void flag(String name) {
        model.put(name, true);
    }

    void unknown(String token) {
        model.put("unk_token", token);
    }

    void step(String name, ObjectNode step) {
        root.set(name, step);
    }

    ObjectNode root() {
        root.set("model", model);
        return root;
    }

    String text() {
        return JsonPlace.MAPPER.writeValueAsString(root());
    }

    static ObjectNode addedToken(int id, String token, boolean special) {
        return JsonPlace.MAPPER
                .createObjectNode()
                .put("id", id)
                .put("content", token)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", special);
    }

    static ObjectNode type(String type) {
        return JsonPlace.MAPPER.createObjectNode().put("type", type);
    }

    static ObjectNode sequence(String key, List<ObjectNode> steps) {
        ObjectNode sequence = type("Sequence");
        sequence.putArray(key).addAll(steps);
        return sequence;
    }

    /** @param pattern whether GPT-2's pattern splits the text first */
    static ObjectNode byteLevel(boolean trimOffsets, boolean pattern) {
        return type("ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", trimOffsets)
                .put("use_regex", pattern);
    }

    static ObjectNode split(String regex) {
        ObjectNode split = type("Split");
        split.putObject("pattern").put("Regex", regex);
        return split.put("behavior", "Isolated").put("invert", false);
    }

    /** A template that puts a token before and one behind each text, where there is one. */
    static ObjectNode template(Optional<String> before, Optional<String> behind, Map<String, Integer> ids) {
        ObjectNode template = type("TemplateProcessing");
        ObjectNode special = template.putObject("special_tokens");
        for (String token :
                Stream.concat(before.stream(), behind.stream()).distinct().toList()) {
            ObjectNode entry = special.putObject(token).put("id", token);
            entry.putArray("ids").add(ids.get(token));
            entry.putArray("tokens").add(token);
        }
        ArrayNode single = template.putArray("single");
        ArrayNode pair = template.putArray("pair");
        around(single, "A", 0, before, behind);
        around(pair, "A", 0, before, behind);
        around(pair, "B", 1, before, behind);
        return template;
    }

    private static void around(
            ArrayNode pieces, String text, int type, Optional<String> before, Optional<String> behind) {
        before.ifPresent(token -> piece(pieces, "SpecialToken", token, type));
        piece(pieces, "Sequence", text, type);
        behind.ifPresent(token -> piece(pieces, "SpecialToken", token, type));
    }

    private static void piece(ArrayNode pieces, String kind, String id, int type) {
        pieces.addObject().putObject(kind).put("id", id).put("type_id", type);
    }
}
