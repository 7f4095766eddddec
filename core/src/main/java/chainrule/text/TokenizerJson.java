package chainrule.text;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A tokenizer.json (format version 1.0 of the library {@code tokenizers}) that has been checked before native code sees
 * it: the library ends the process on some files that it reads without complaint, some only when they meet a text.
 *
 * <p>What the library gets is a copy of the fields that are known here and found in order. Truncation, padding and the
 * decoder are not among them: texts are never cut, and {@link Detokenizer} decodes.
 *
 * @param file how messages name it
 * @param copy the file for the library
 * @param ids the id of each token, added ones included
 * @param tokens the token of each id
 * @param longest characters of the longest text that the library may be given
 */
record TokenizerJson(
        String file,
        ObjectNode copy,
        Map<String, Integer> ids,
        Map<Integer, String> tokens,
        List<AddedToken> added,
        List<TextDecoder> decoders,
        int longest) {

    /** @param config what stands in the tokenizer_config.json beside it */
    static TokenizerJson read(Path file, Optional<TokenizerConfig> config) {
        return check(JsonPlace.read(file), config);
    }

    /** @param file how messages name the text */
    static TokenizerJson parse(String json, String file) {
        return check(JsonPlace.parse(json, file), Optional.empty());
    }

    /** Checks a tree made elsewhere. */
    static TokenizerJson of(ObjectNode root, String file) {
        return check(new JsonPlace(file, () -> "", root), Optional.empty());
    }

    private static TokenizerJson check(JsonPlace root, Optional<TokenizerConfig> config) {
        String version = root.maybe("version").map(JsonPlace::text).orElse("1.0");
        if (!version.equals("1.0")) {
            throw root.get("version").fault("is " + version + "; only 1.0 is known");
        }
        VocabularyModel model = VocabularyModel.read(root.get("model"));
        ObjectNode copy = JsonPlace.MAPPER.createObjectNode().put("version", version);
        ArrayNode copies = copy.putArray("added_tokens");
        Set<String> roles = config.map(TokenizerConfig::tokens).orElse(Set.of());
        List<AddedToken> added = AddedToken.read(root.maybe("added_tokens"), model, roles, copies);
        Map<String, Integer> ids = model.ids();
        Map<Integer, String> tokens = model.tokens();
        for (AddedToken token : added) {
            ids.put(token.content(), token.id());
            tokens.put(token.id(), token.content());
        }
        Pipeline pipeline = new Pipeline(tokens.keySet());
        root.maybe("normalizer").ifPresent(p -> copy.set("normalizer", pipeline.normalizer(p)));
        root.maybe("pre_tokenizer").ifPresent(p -> copy.set("pre_tokenizer", pipeline.preTokenizer(p)));
        config.flatMap(c -> c.template(ids))
                .or(() -> root.maybe("post_processor"))
                .ifPresent(p -> copy.set("post_processor", pipeline.postProcessor(p)));
        copy.set("model", model.copy());
        List<TextDecoder> decoders =
                root.maybe("decoder").map(DecoderReader::read).orElse(List.of());
        return new TokenizerJson(root.file(), copy, ids, tokens, added, decoders, pipeline.longest());
    }

    /**
     * A tokenizer.json whose one model, given any text, has a single token: the text as this file's normalizer leaves it
     * (Unigram joins what it does not know).
     */
    String normalizing() {
        ObjectNode probe = JsonPlace.MAPPER.createObjectNode().put("version", "1.0");
        probe.putArray("added_tokens");
        probe.set("normalizer", copy.get("normalizer"));
        ObjectNode model = probe.putObject("model").put("type", "Unigram").put("unk_id", 0);
        model.putArray("vocab").addArray().add("<unk>").add(0.0);
        return JsonPlace.MAPPER.writeValueAsString(probe);
    }

    /** The text for the library. */
    String text() {
        return JsonPlace.MAPPER.writeValueAsString(copy);
    }

    /** The texts of the special tokens. */
    Set<String> special() {
        Set<String> special = new HashSet<>();
        added.stream().filter(AddedToken::special).forEach(token -> special.add(token.content()));
        return special;
    }
}
