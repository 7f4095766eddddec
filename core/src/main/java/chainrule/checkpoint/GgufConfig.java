package chainrule.checkpoint;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A GGUF model's configuration in the form that transformers 5 writes, made from its metadata and its tensors' shapes. */
record GgufConfig(Gguf file, GgufMetadata metadata, GgufNames names) {
    private static final int MOST_PAIRS = 1 << 16;

    static GgufConfig of(Gguf file) {
        GgufMetadata metadata = new GgufMetadata(file.origin(), file.metadata());
        return new GgufConfig(file, metadata, GgufNames.of(metadata));
    }

    /** The content of {@code config.json}. */
    ObjectNode config() {
        if (metadata.count("split.count").orElse(1) > 1) {
            throw metadata.bad("this is one of " + metadata.required("split.count")
                    + " parts of a model: merge them with llama-gguf-split --merge");
        }
        if (metadata.count(metadata.own("expert_count")).isPresent()) {
            throw metadata.bad("a mixture of experts is not supported");
        }
        Optional<Integer> window = metadata.count(metadata.own("attention.sliding_window"));
        boolean mistral = names.modelType().equals("llama") && window.isPresent();
        ObjectNode to = JsonNodeFactory.instance.objectNode();
        to.putArray("architectures").add(mistral ? "MistralForCausalLM" : names.architecture());
        to.put("model_type", mistral ? "mistral" : names.modelType());
        to.put("vocab_size", shape("token_embd.weight")[0]);
        to.put("tie_word_embeddings", !file.has("output.weight"));
        to.put("dtype", dtype());
        GgufCompanions.IDS.forEach((name, key) -> metadata.token(key).ifPresent(id -> to.put(name + "_id", id)));
        switch (names.modelType()) {
            case "gpt2" -> gpt2(to);
            case "gpt_neox" -> neox(to);
            default -> llama(to, window);
        }
        return to;
    }

    private void gpt2(ObjectNode to) {
        to.put("n_embd", count("embedding_length"));
        to.put("n_layer", count("block_count"));
        to.put("n_head", metadata.heads());
        to.put("n_positions", count("context_length"));
        // The converter writes 4 times the width as feed_forward_length, whatever it is.
        to.put("n_inner", shape("blk.0.ffn_up.weight")[0]);
        to.put("layer_norm_epsilon", number("attention.layer_norm_epsilon"));
        to.put("activation_function", "gelu_new");
    }

    private void neox(ObjectNode to) {
        common(to);
        to.put("layer_norm_eps", number("attention.layer_norm_epsilon"));
        to.put("hidden_act", "gelu");
        to.put("attention_bias", file.has("blk.0.attn_qkv.bias"));
        to.put(
                "use_parallel_residual",
                metadata.flag(metadata.own("use_parallel_residual")).orElse(true));
        rope(to, count("embedding_length") / metadata.heads());
    }

    private void llama(ObjectNode to, Optional<Integer> window) {
        common(to);
        int head = metadata.count(metadata.own("attention.key_length"))
                .orElseGet(() -> count("embedding_length") / metadata.heads());
        to.put("num_key_value_heads", metadata.keyHeads());
        to.put("head_dim", head);
        to.put("rms_norm_eps", number("attention.layer_norm_rms_epsilon"));
        to.put("hidden_act", "silu");
        if (!names.modelType().equals("qwen2")) {
            to.put("attention_bias", file.has("blk.0.attn_q.bias"));
        }
        if (names.modelType().equals("llama")) {
            to.put("mlp_bias", file.has("blk.0.ffn_up.bias"));
        } else {
            to.put("use_sliding_window", window.isPresent());
            window.ifPresent(_ -> to.put("max_window_layers", 0));
        }
        window.ifPresent(w -> to.put("sliding_window", w));
        rope(to, head);
    }

    private void common(ObjectNode to) {
        to.put("hidden_size", count("embedding_length"));
        to.put("intermediate_size", count("feed_forward_length"));
        to.put("num_hidden_layers", count("block_count"));
        to.put("num_attention_heads", metadata.heads());
        to.put("max_position_embeddings", count("context_length"));
    }

    private void rope(ObjectNode to, int head) {
        ObjectNode rope = to.putObject("rope_parameters");
        double base = metadata.number(metadata.own("rope.freq_base")).orElse(10000.0);
        rope.put("rope_theta", base);
        int rotated = metadata.count(metadata.own("rope.dimension_count")).orElse(head);
        if (rotated != head) {
            double share = (double) rotated / head;
            rope.put("partial_rotary_factor", (int) (head * share) == rotated ? share : Math.nextUp(share));
        }
        String type = metadata.text(metadata.own("rope.scaling.type")).orElse("none");
        Optional<Double> factor = metadata.number(metadata.own("rope.scaling.factor"))
                .or(() -> metadata.number(metadata.own("rope.scale_linear")));
        if (file.has("rope_freqs.weight")) {
            llama3(rope, base);
        } else if (factor.isPresent() && !type.equals("none")) {
            rope.put("rope_type", type).put("factor", factor.get());
            metadata.count(metadata.own("rope.scaling.original_context_length"))
                    .ifPresent(n -> rope.put("original_max_position_embeddings", n));
        } else {
            rope.put("rope_type", "default");
        }
    }

    private void llama3(ObjectNode rope, double base) {
        long pairs = file.entry("rope_freqs.weight").elements();
        if (pairs > MOST_PAIRS) {
            throw metadata.bad("rope_freqs.weight has " + pairs + " elements");
        }
        float[] divisors = new float[(int) pairs];
        file.readFloats("rope_freqs.weight", MemorySegment.ofArray(divisors));
        RopeFrequencies found = RopeFrequencies.fit(divisors, base)
                .orElseThrow(
                        () -> metadata.bad("the frequencies in rope_freqs.weight follow no rule that is known here"));
        if (found.factor() == 1) {
            rope.put("rope_type", "default");
            return;
        }
        rope.put("rope_type", "llama3")
                .put("factor", found.factor())
                .put("low_freq_factor", found.low())
                .put("high_freq_factor", found.high())
                .put("original_max_position_embeddings", found.original());
    }

    private int count(String key) {
        return metadata.required(metadata.own(key));
    }

    private double number(String key) {
        return metadata.number(metadata.own(key)).orElseThrow(() -> metadata.bad(metadata.own(key) + " is missing"));
    }

    private long[] shape(String tensor) {
        long[] shape = file.shape(tensor);
        if (shape.length != 2) {
            throw metadata.bad("tensor " + tensor + " is no matrix");
        }
        return shape;
    }

    private String dtype() {
        return switch (file.entry("token_embd.weight").dtype()) {
            case F16 -> "float16";
            case BF16 -> "bfloat16";
            default -> "float32";
        };
    }
}
