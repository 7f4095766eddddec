package chainrule.checkpoint;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The files that lie beside a Hugging Face model, made from a GGUF's metadata: special tokens, templates, generation. */
record GgufCompanions(GgufMetadata metadata) {
    /** Special tokens and where their ids are. */
    static final SequencedMap<String, String> IDS = ids();

    private static SequencedMap<String, String> ids() {
        SequencedMap<String, String> ids = new LinkedHashMap<>();
        ids.put("bos_token", "tokenizer.ggml.bos_token_id");
        ids.put("eos_token", "tokenizer.ggml.eos_token_id");
        ids.put("pad_token", "tokenizer.ggml.padding_token_id");
        ids.put("unk_token", "tokenizer.ggml.unknown_token_id");
        return ids;
    }

    /** The content of {@code tokenizer_config.json}: special tokens and whether some are added. */
    ObjectNode tokenizerConfig() {
        ObjectNode to = JsonNodeFactory.instance.objectNode();
        List<?> tokens = metadata.list("tokenizer.ggml.tokens");
        IDS.forEach((name, key) -> metadata.token(key).ifPresent(id -> {
            if (id >= tokens.size() || !(tokens.get(id) instanceof String token)) {
                throw metadata.bad(key + " is " + id + " in a vocabulary of " + tokens.size());
            }
            to.put(name, token);
        }));
        for (String end : List.of("bos", "eos")) {
            metadata.flag("tokenizer.ggml.add_" + end + "_token")
                    .ifPresent(add -> to.put("add_" + end + "_token", add));
        }
        metadata.count(metadata.own("context_length")).ifPresent(n -> to.put("model_max_length", n));
        return to;
    }

    /** Chat templates by name; the main one is {@code default}. */
    Map<String, String> chatTemplates() {
        Map<String, String> templates = new LinkedHashMap<>();
        metadata.text("tokenizer.chat_template").ifPresent(t -> templates.put("default", t));
        for (Object name : metadata.list("tokenizer.chat_templates")) {
            metadata.text("tokenizer.chat_template." + name).ifPresent(t -> templates.put(name.toString(), t));
        }
        return templates;
    }

    /** The content of {@code generation_config.json}: tokens that end a text (also a turn), and suggested sampling. */
    ObjectNode generationConfig() {
        ObjectNode to = JsonNodeFactory.instance.objectNode();
        metadata.token("tokenizer.ggml.bos_token_id").ifPresent(id -> to.put("bos_token_id", id));
        metadata.token("tokenizer.ggml.padding_token_id").ifPresent(id -> to.put("pad_token_id", id));
        Set<Integer> ends = new LinkedHashSet<>();
        for (String end : List.of("eos", "eot", "eom")) {
            metadata.token("tokenizer.ggml." + end + "_token_id").ifPresent(ends::add);
        }
        if (ends.size() == 1) {
            to.put("eos_token_id", ends.iterator().next());
        } else if (!ends.isEmpty()) {
            var list = to.putArray("eos_token_id");
            ends.forEach(list::add);
        }
        metadata.number("general.sampling.temp")
                .ifPresent(t -> to.put("temperature", t).put("do_sample", t > 0));
        metadata.count("general.sampling.top_k").ifPresent(k -> to.put("top_k", k));
        metadata.number("general.sampling.top_p").ifPresent(p -> to.put("top_p", p));
        metadata.number("general.sampling.min_p").ifPresent(p -> to.put("min_p", p));
        metadata.number("general.sampling.penalty_repeat").ifPresent(p -> to.put("repetition_penalty", p));
        return to;
    }
}
