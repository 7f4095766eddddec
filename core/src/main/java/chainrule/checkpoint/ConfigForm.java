package chainrule.checkpoint;

import chainrule.BadInput;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** The form of a {@code config.json}: types and ranges of the settings that every family of models gives the same meaning. */
final class ConfigForm {
    private static final int LARGEST = 1 << 24;
    private static final Set<String> COUNTS = Set.of(
            "vocab_size",
            "hidden_size",
            "n_embd",
            "intermediate_size",
            "n_inner",
            "num_hidden_layers",
            "n_layer",
            "num_attention_heads",
            "n_head",
            "num_key_value_heads",
            "head_dim",
            "max_position_embeddings",
            "n_positions");
    private static final Set<String> NUMBERS = Set.of(
            "rms_norm_eps",
            "layer_norm_eps",
            "layer_norm_epsilon",
            "rope_theta",
            "rotary_emb_base",
            "rotary_pct",
            "initializer_range");
    private static final Set<String> FLAGS = Set.of(
            "tie_word_embeddings",
            "attention_bias",
            "mlp_bias",
            "use_sliding_window",
            "use_parallel_residual",
            "scale_attn_weights");
    private static final Set<String> OBJECTS = Set.of("rope_parameters", "rope_scaling");

    private ConfigForm() {}

    /** @throws BadInput naming the setting that is of another form; null is none, unknown settings are let through */
    static void check(String origin, JsonNode config) {
        if (!config.path("model_type").isString()) {
            throw new BadInput(origin + ": model_type is missing or no text.");
        }
        config.forEachEntry((name, value) -> {
            if (value.isNull()) {
                return;
            }
            if (COUNTS.contains(name)
                    && !(value.isIntegralNumber()
                            && value.canConvertToInt()
                            && value.intValue() >= 1
                            && value.intValue() <= LARGEST)) {
                throw bad(origin, name, value, "a whole number from 1 to " + LARGEST);
            }
            if (NUMBERS.contains(name)
                    && !(value.isNumber() && Double.isFinite(value.doubleValue()) && value.doubleValue() >= 0)) {
                throw bad(origin, name, value, "a number of at least 0");
            }
            if (FLAGS.contains(name) && !value.isBoolean()) {
                throw bad(origin, name, value, "true or false");
            }
            if (OBJECTS.contains(name) && !value.isObject()) {
                throw bad(origin, name, value, "an object");
            }
        });
    }

    private static BadInput bad(String origin, String name, JsonNode value, String needed) {
        return new BadInput(origin + ": " + name + " is "
                + (value.isContainer() ? "a list or an object" : Quote.of(value.toString())) + ", not " + needed + ".");
    }
}
