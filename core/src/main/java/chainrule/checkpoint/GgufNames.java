package chainrule.checkpoint;

import chainrule.BadInput;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How llama.cpp's converter named and rearranged a Hugging Face model's tensors, by architecture.
 *
 * @param modelType as in {@code config.json}
 * @param architecture as in its list of architectures
 * @param layers what Hugging Face's names of a layer's tensors begin with
 * @param outer names outside layers, without {@code .weight} or {@code .bias}
 * @param inner names within a layer, likewise
 */
record GgufNames(
        String modelType, String architecture, String layers, Map<String, String> outer, Map<String, String> inner) {
    private static final Pattern IN_LAYER = Pattern.compile("blk\\.(\\d{1,5})\\.(\\w+)\\.(weight|bias)");
    private static final Pattern OUTSIDE = Pattern.compile("(\\w+)\\.(weight|bias)");

    private static final Map<String, String> LLAMA_OUTER =
            Map.of("token_embd", "model.embed_tokens", "output_norm", "model.norm", "output", "lm_head");
    private static final Map<String, String> LLAMA_INNER = Map.ofEntries(
            Map.entry("attn_norm", "input_layernorm"),
            Map.entry("attn_q", "self_attn.q_proj"),
            Map.entry("attn_k", "self_attn.k_proj"),
            Map.entry("attn_v", "self_attn.v_proj"),
            Map.entry("attn_output", "self_attn.o_proj"),
            Map.entry("attn_q_norm", "self_attn.q_norm"),
            Map.entry("attn_k_norm", "self_attn.k_norm"),
            Map.entry("ffn_norm", "post_attention_layernorm"),
            Map.entry("ffn_gate", "mlp.gate_proj"),
            Map.entry("ffn_up", "mlp.up_proj"),
            Map.entry("ffn_down", "mlp.down_proj"));

    private static final Map<String, GgufNames> ALL = Map.of(
            "llama", llama("llama", "LlamaForCausalLM"),
            "qwen2", llama("qwen2", "Qwen2ForCausalLM"),
            "qwen3", llama("qwen3", "Qwen3ForCausalLM"),
            "gpt2",
                    new GgufNames(
                            "gpt2",
                            "GPT2LMHeadModel",
                            "transformer.h.",
                            Map.of(
                                    "token_embd", "transformer.wte",
                                    "position_embd", "transformer.wpe",
                                    "output_norm", "transformer.ln_f",
                                    "output", "lm_head"),
                            Map.of(
                                    "attn_norm", "ln_1",
                                    "attn_qkv", "attn.c_attn",
                                    "attn_output", "attn.c_proj",
                                    "ffn_norm", "ln_2",
                                    "ffn_up", "mlp.c_fc",
                                    "ffn_down", "mlp.c_proj")),
            "gptneox",
                    new GgufNames(
                            "gpt_neox",
                            "GPTNeoXForCausalLM",
                            "gpt_neox.layers.",
                            Map.of(
                                    "token_embd", "gpt_neox.embed_in",
                                    "output_norm", "gpt_neox.final_layer_norm",
                                    "output", "embed_out"),
                            Map.of(
                                    "attn_norm", "input_layernorm",
                                    "attn_qkv", "attention.query_key_value",
                                    "attn_output", "attention.dense",
                                    "ffn_norm", "post_attention_layernorm",
                                    "ffn_up", "mlp.dense_h_to_4h",
                                    "ffn_down", "mlp.dense_4h_to_h")));

    /** What the converter did to a matrix [O,I] or a vector [O]. */
    sealed interface Rearranged {
        record Not() implements Rearranged {}

        /** Row (h, half, j) of each head went to (h, j, half): pairs that rotate together became neighbours. */
        record Pairs(int heads) implements Rearranged {}

        /** Row (h, part, j) of queries, keys and values went to (part, h, j). */
        record Parts(int heads) implements Rearranged {}

        /** [I,O], as GPT-2 keeps it, became [O,I]. */
        record Transposed() implements Rearranged {}
    }

    private static GgufNames llama(String modelType, String architecture) {
        return new GgufNames(modelType, architecture, "model.layers.", LLAMA_OUTER, LLAMA_INNER);
    }

    /** @throws BadInput for an architecture that is not known here */
    static GgufNames of(GgufMetadata metadata) {
        String name = metadata.architecture();
        return Optional.ofNullable(ALL.get(name))
                .orElseThrow(() -> metadata.bad("the architecture '" + Quote.of(name) + "' is not supported; there are "
                        + String.join(", ", ALL.keySet().stream().sorted().toList())));
    }

    /** Those of a model by the type in its configuration. */
    static Optional<GgufNames> ofModelType(String type) {
        String like = type.equals("mistral") ? "llama" : type;
        return ALL.values().stream().filter(n -> n.modelType.equals(like)).findFirst();
    }

    /** The architecture's name in GGUF. */
    String gguf() {
        return ALL.entrySet().stream()
                .filter(e -> e.getValue().equals(this))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }

    /** The name in GGUF of a tensor that Hugging Face calls {@code name}, if it has one. */
    Optional<String> rename(String name) {
        int end = name.lastIndexOf('.');
        String plain = name.substring(0, Math.max(0, end));
        boolean layer = plain.startsWith(layers);
        String rest = layer ? plain.substring(layers.length()) : plain;
        int dot = layer ? rest.indexOf('.') : -1;
        String part = rest.substring(dot + 1);
        return (layer ? inner : outer)
                .entrySet().stream()
                        .filter(e -> e.getValue().equals(part))
                        .map(e ->
                                (layer ? "blk." + rest.substring(0, dot) + "." : "") + e.getKey() + name.substring(end))
                        .findFirst();
    }

    /** Hugging Face's name of a tensor, if it has one. */
    Optional<String> translate(String name) {
        Matcher layer = IN_LAYER.matcher(name);
        if (layer.matches()) {
            return Optional.ofNullable(inner.get(layer.group(2)))
                    .map(n -> layers + Integer.parseInt(layer.group(1)) + "." + n + "." + layer.group(3));
        }
        Matcher outside = OUTSIDE.matcher(name);
        return outside.matches()
                ? Optional.ofNullable(outer.get(outside.group(1))).map(n -> n + "." + outside.group(2))
                : Optional.empty();
    }

    /** What the converter did to a tensor. */
    Rearranged how(String name, int heads, int keyHeads) {
        Matcher layer = IN_LAYER.matcher(name);
        if (!layer.matches()) {
            return new Rearranged.Not();
        }
        String part = layer.group(2);
        return switch (modelType) {
            case "llama" ->
                part.equals("attn_q")
                        ? new Rearranged.Pairs(heads)
                        : part.equals("attn_k") ? new Rearranged.Pairs(keyHeads) : new Rearranged.Not();
            case "gpt_neox" -> part.equals("attn_qkv") ? new Rearranged.Parts(heads) : new Rearranged.Not();
            case "gpt2" ->
                layer.group(3).equals("weight") && !part.endsWith("_norm")
                        ? new Rearranged.Transposed()
                        : new Rearranged.Not();
            default -> new Rearranged.Not();
        };
    }
}
