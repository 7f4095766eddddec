package chainrule.checkpoint;

import chainrule.BadInput;
import chainrule.checkpoint.GgufNames.Rearranged;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.databind.JsonNode;

/**
 * A model as the GGUF file that llama.cpp's converter makes of it: its names, its order of rows, its metadata. What
 * {@link GgufModel} reads is the model again.
 *
 * @param config in the form of transformers 5
 * @param dtype of matrices: F32, F16, BF16 or Q8_0
 */
public record GgufExport(JsonNode config, Dtype dtype) {
    private static final Map<Dtype, Integer> FILE_TYPES =
            Map.of(Dtype.F32, 0, Dtype.F16, 1, Dtype.Q8_0, 7, Dtype.BF16, 32);
    private static final int QUANTISATION_VERSION = 2;

    /**
     * The type that a tensor is written in: vectors and positions stay float32, and a matrix whose rows are no whole
     * blocks is float16.
     *
     * @param name Hugging Face's
     * @param shape as the rows lie in the file, [O,I]
     */
    public Dtype type(String name, long... shape) {
        if (shape.length < 2 || name.endsWith("wpe.weight")) {
            return Dtype.F32;
        }
        return shape[shape.length - 1] % dtype.block() == 0 ? dtype : Dtype.F16;
    }

    /**
     * Writes the file; it appears under its name when it is whole.
     *
     * @param tensors under Hugging Face's names
     * @param vocabulary the metadata of the tokenizer and the chat template
     * @throws BadInput for a model that llama.cpp has no name for
     */
    public void write(Path file, String name, Map<String, Tensor> tensors, Map<String, Object> vocabulary)
            throws IOException {
        GgufNames names = GgufNames.ofModelType(text("model_type"))
                .orElseThrow(() -> new BadInput("A model of type " + text("model_type") + " has no form in GGUF."));
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("general.architecture", names.gguf());
        metadata.put("general.name", name);
        metadata.put("general.file_type", FILE_TYPES.getOrDefault(dtype, 0));
        if (dtype.quantised()) {
            metadata.put("general.quantization_version", QUANTISATION_VERSION);
        }
        describe(names.gguf() + ".").forEach(metadata::put);
        metadata.putAll(vocabulary);
        int heads = count("num_attention_heads", "n_head").orElseThrow();
        int keys = count("num_key_value_heads").orElse(heads);
        try (var _ = new Scope()) {
            List<GgufWriter.Weight> weights = new ArrayList<>();
            divisors()
                    .ifPresent(d -> weights.add(
                            new GgufWriter.Weight("rope_freqs.weight", Dtype.F32, Ops.tensor(d, d.length))));
            tensors.forEach((theirs, tensor) -> {
                String own = names.rename(theirs)
                        .orElseThrow(() -> new BadInput("The tensor " + theirs + " has no name in GGUF."));
                Tensor moved = rearranged(tensor.detach(), names.how(own, heads, keys));
                weights.add(new GgufWriter.Weight(
                        own, type(theirs, moved.sizes().vec().get()), moved));
            });
            GgufWriter.write(file, metadata, weights);
        }
    }

    private static Tensor rearranged(Tensor t, Rearranged how) {
        long[] shape = t.sizes().vec().get();
        return switch (how) {
            case Rearranged.Not() -> t;
            case Rearranged.Pairs(int heads) ->
                t.reshape(heads, 2, shape[0] / heads / 2, -1).transpose(1, 2).reshape(shape);
            case Rearranged.Parts(int heads) ->
                t.reshape(heads, 3, shape[0] / heads / 3, -1).transpose(0, 1).reshape(shape);
            case Rearranged.Transposed() -> t.t();
        };
    }

    private Map<String, Object> describe(String own) {
        Map<String, Object> to = new LinkedHashMap<>();
        int width = count("hidden_size", "n_embd").orElseThrow();
        int heads = count("num_attention_heads", "n_head").orElseThrow();
        to.put(own + "vocab_size", count("vocab_size").orElseThrow());
        to.put(
                own + "context_length",
                count("max_position_embeddings", "n_positions").orElseThrow());
        to.put(own + "embedding_length", width);
        to.put(own + "block_count", count("num_hidden_layers", "n_layer").orElseThrow());
        to.put(
                own + "feed_forward_length",
                count("intermediate_size", "n_inner").orElse(4 * width));
        to.put(own + "attention.head_count", heads);
        count("num_key_value_heads").ifPresent(n -> to.put(own + "attention.head_count_kv", n));
        count("head_dim").ifPresent(n -> {
            to.put(own + "attention.key_length", n);
            to.put(own + "attention.value_length", n);
        });
        number("rms_norm_eps").ifPresent(e -> to.put(own + "attention.layer_norm_rms_epsilon", e));
        number("layer_norm_eps")
                .or(() -> number("layer_norm_epsilon"))
                .ifPresent(e -> to.put(own + "attention.layer_norm_epsilon", e));
        if (config.path("use_sliding_window").asBoolean(true)) {
            count("sliding_window").ifPresent(n -> to.put(own + "attention.sliding_window", n));
        }
        if (config.has("use_parallel_residual")) {
            to.put(
                    own + "use_parallel_residual",
                    config.get("use_parallel_residual").booleanValue());
        }
        JsonNode rope = config.path("rope_parameters");
        if (!rope.isMissingNode()) {
            int head = count("head_dim").orElse(width / heads);
            to.put(own + "rope.dimension_count", (int)
                    (head * rope.path("partial_rotary_factor").asDouble(1)));
            to.put(own + "rope.freq_base", rope.get("rope_theta").floatValue());
            if (rope.path("rope_type").asString("").equals("linear")) {
                to.put(own + "rope.scaling.type", "linear");
                to.put(own + "rope.scaling.factor", rope.get("factor").floatValue());
            }
        }
        return to;
    }

    /** What Llama 3 divides each pair's frequency by. */
    private Optional<float[]> divisors() {
        JsonNode rope = config.path("rope_parameters");
        if (!rope.path("rope_type").asString("").equals("llama3")) {
            return Optional.empty();
        }
        var scaling = new RopeFrequencies(
                rope.get("factor").doubleValue(),
                rope.get("low_freq_factor").doubleValue(),
                rope.get("high_freq_factor").doubleValue(),
                rope.get("original_max_position_embeddings").intValue());
        return Optional.of(scaling.divisors(
                count("head_dim").orElseThrow() / 2, rope.get("rope_theta").doubleValue()));
    }

    private Optional<Integer> count(String... names) {
        for (String name : names) {
            if (config.path(name).isInt()) {
                return Optional.of(config.get(name).intValue());
            }
        }
        return Optional.empty();
    }

    private Optional<Float> number(String name) {
        return config.has(name) ? Optional.of(config.get(name).floatValue()) : Optional.empty();
    }

    private String text(String name) {
        return config.path(name).asString("");
    }
}
