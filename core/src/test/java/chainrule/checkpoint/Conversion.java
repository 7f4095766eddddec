package chainrule.checkpoint;

import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.databind.JsonNode;

/** Hugging Face models as GGUF files, with the names and the rearrangements of llama.cpp's convert_hf_to_gguf.py. */
final class Conversion {
    private static final Map<String, String> LLAMA = Map.ofEntries(
            Map.entry("model.embed_tokens", "token_embd"),
            Map.entry("model.norm", "output_norm"),
            Map.entry("lm_head", "output"),
            Map.entry("model.layers.#.input_layernorm", "blk.#.attn_norm"),
            Map.entry("model.layers.#.post_attention_layernorm", "blk.#.ffn_norm"),
            Map.entry("model.layers.#.self_attn.q_proj", "blk.#.attn_q"),
            Map.entry("model.layers.#.self_attn.k_proj", "blk.#.attn_k"),
            Map.entry("model.layers.#.self_attn.v_proj", "blk.#.attn_v"),
            Map.entry("model.layers.#.self_attn.o_proj", "blk.#.attn_output"),
            Map.entry("model.layers.#.self_attn.q_norm", "blk.#.attn_q_norm"),
            Map.entry("model.layers.#.self_attn.k_norm", "blk.#.attn_k_norm"),
            Map.entry("model.layers.#.mlp.gate_proj", "blk.#.ffn_gate"),
            Map.entry("model.layers.#.mlp.up_proj", "blk.#.ffn_up"),
            Map.entry("model.layers.#.mlp.down_proj", "blk.#.ffn_down"));
    private static final Map<String, String> GPT2 = Map.of(
            "transformer.wte", "token_embd",
            "transformer.wpe", "position_embd",
            "transformer.ln_f", "output_norm",
            "transformer.h.#.ln_1", "blk.#.attn_norm",
            "transformer.h.#.ln_2", "blk.#.ffn_norm",
            "transformer.h.#.attn.c_attn", "blk.#.attn_qkv",
            "transformer.h.#.attn.c_proj", "blk.#.attn_output",
            "transformer.h.#.mlp.c_fc", "blk.#.ffn_up",
            "transformer.h.#.mlp.c_proj", "blk.#.ffn_down");
    private static final Map<String, String> NEOX = Map.of(
            "gpt_neox.embed_in", "token_embd",
            "gpt_neox.final_layer_norm", "output_norm",
            "embed_out", "output",
            "gpt_neox.layers.#.input_layernorm", "blk.#.attn_norm",
            "gpt_neox.layers.#.post_attention_layernorm", "blk.#.ffn_norm",
            "gpt_neox.layers.#.attention.query_key_value", "blk.#.attn_qkv",
            "gpt_neox.layers.#.attention.dense", "blk.#.attn_output",
            "gpt_neox.layers.#.mlp.dense_h_to_4h", "blk.#.ffn_up",
            "gpt_neox.layers.#.mlp.dense_4h_to_h", "blk.#.ffn_down");

    private Conversion() {}

    /** In float32. */
    static GgufFile of(Checkpoint original) {
        return of(original, false);
    }

    /** @param quantised whether matrices are of type Q8_0 where blocks of 32 fill their rows */
    static GgufFile of(Checkpoint original, boolean quantised) {
        JsonNode config = original.config();
        String type = config.get("model_type").stringValue();
        String arch = Map.of("mistral", "llama", "gpt_neox", "gptneox").getOrDefault(type, type);
        GgufFile to = new GgufFile().put("general.architecture", arch);
        boolean gpt2 = type.equals("gpt2");
        int heads = config.get(gpt2 ? "n_head" : "num_attention_heads").intValue();
        int keys = config.path("num_key_value_heads").asInt(heads);
        int width = config.get(gpt2 ? "n_embd" : "hidden_size").intValue();
        to.put(
                arch + ".context_length",
                config.get(gpt2 ? "n_positions" : "max_position_embeddings").intValue());
        to.put(arch + ".embedding_length", width);
        to.put(
                arch + ".block_count",
                config.get(gpt2 ? "n_layer" : "num_hidden_layers").intValue());
        to.put(arch + ".feed_forward_length", config.path("intermediate_size").asInt(4 * width));
        to.put(arch + ".attention.head_count", heads);
        String epsilon = config.has("rms_norm_eps")
                ? "rms_norm_eps"
                : config.has("layer_norm_eps") ? "layer_norm_eps" : "layer_norm_epsilon";
        to.put(
                arch + ".attention.layer_norm" + (epsilon.startsWith("rms") ? "_rms" : "") + "_epsilon",
                config.get(epsilon).floatValue());
        JsonNode rope = config.path("rope_parameters");
        if (!gpt2) {
            to.put(arch + ".rope.freq_base", rope.get("rope_theta").floatValue());
            int head = config.path("head_dim").asInt(width / heads);
            to.put(arch + ".rope.dimension_count", (int)
                    (head * rope.path("partial_rotary_factor").asDouble(1)));
            if (type.equals("gpt_neox")) {
                to.put(
                        "gptneox.use_parallel_residual",
                        config.get("use_parallel_residual").booleanValue());
            } else {
                to.put(arch + ".attention.head_count_kv", keys);
                to.put(arch + ".attention.key_length", head).put(arch + ".attention.value_length", head);
            }
        }
        if (type.equals("mistral")) {
            to.put(
                    "llama.attention.sliding_window",
                    config.get("sliding_window").intValue());
        }
        try (TensorFile weights = original.openWeights();
                var _ = new Scope()) {
            if (rope.path("rope_type").asString("").equals("llama3")) {
                to.tensor(
                        "rope_freqs.weight",
                        divisors(rope, config.get("head_dim").intValue()),
                        config.get("head_dim").longValue() / 2);
            }
            for (Entry entry : weights.entries()) {
                Tensor t = rearranged(arch, entry.name(), weights.read(entry.name()), heads, keys);
                long[] shape = t.sizes().vec().get();
                String name = rename(arch, entry.name());
                if (quantised && shape.length == 2 && shape[1] % 32 == 0) {
                    to.quantised(name, Ops.floats(t), shape);
                } else {
                    to.tensor(name, Ops.floats(t), shape);
                }
            }
        }
        return to;
    }

    private static String rename(String arch, String name) {
        int dot = name.lastIndexOf('.');
        String layer = name.replaceAll("^.*?\\.(\\d+)\\..*$", "$1");
        String pattern = name.substring(0, dot).replaceFirst("\\.\\d+\\.", ".#.");
        Map<String, String> names = arch.equals("gpt2") ? GPT2 : arch.equals("gptneox") ? NEOX : LLAMA;
        return Objects.requireNonNull(names.get(pattern), name).replace("#", layer) + name.substring(dot);
    }

    private static Tensor rearranged(String arch, String name, Tensor t, int heads, int keys) {
        if (arch.equals("llama") && name.matches(".*[qk]_proj.*")) {
            int n = name.contains("q_proj") ? heads : keys;
            return t.reshape(n, 2, t.size(0) / n / 2, -1).transpose(1, 2).reshape(t.sizes());
        }
        if (arch.equals("gptneox") && name.contains("query_key_value")) {
            return t.reshape(heads, 3, t.size(0) / heads / 3, -1)
                    .transpose(0, 1)
                    .reshape(t.sizes());
        }
        return arch.equals("gpt2") && name.matches(".*c_(attn|proj|fc)\\.weight") ? t.t().contiguous() : t;
    }

    private static float[] divisors(JsonNode rope, int head) {
        double original = rope.get("original_max_position_embeddings").doubleValue();
        double low = rope.get("low_freq_factor").doubleValue();
        double high = rope.get("high_freq_factor").doubleValue();
        return divisors(
                rope.get("factor").doubleValue(),
                low,
                high,
                original,
                rope.get("rope_theta").doubleValue(),
                head);
    }

    static float[] divisors(double factor, double low, double high, double original, double base, int head) {
        float[] divisors = new float[head / 2];
        for (int i = 0; i < divisors.length; i++) {
            float frequency = (float) (1 / Math.pow(base, 2.0 * i / head));
            double length = 2 * Math.PI / frequency;
            double smooth = (original / length - low) / (high - low);
            divisors[i] = (float)
                    (length < original / high
                            ? 1
                            : length > original / low ? factor : 1 / ((1 - smooth) / factor + smooth));
        }
        return divisors;
    }
}
