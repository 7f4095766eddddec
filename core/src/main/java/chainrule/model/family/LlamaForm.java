package chainrule.model.family;

import chainrule.model.DecoderConfig;
import chainrule.model.DecoderConfig.Flow;
import chainrule.model.DecoderConfig.Position;
import chainrule.nn.Activation;
import chainrule.nn.Attention;
import chainrule.nn.Mlp;
import chainrule.nn.Norm;
import chainrule.nn.Rotary;
import chainrule.nn.Rotary.Scaling;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import tools.jackson.databind.node.ObjectNode;

/** What Llama, Mistral and Qwen have in common: names, gated MLP, RMSNorm, rotary positions, grouped queries. */
final class LlamaForm {
    private LlamaForm() {}

    /** What differs from one to the other. */
    record Variant(boolean inBias, boolean outBias, boolean mlpBias, boolean headNorm, OptionalInt window) {}

    static DecoderConfig read(Settings c, Variant v) {
        int width = c.count("hidden_size");
        int heads = c.count("num_attention_heads");
        if (!c.has("head_dim") && width % heads != 0) {
            throw c.bad("hidden_size " + width + " does not divide into " + heads + " heads");
        }
        int headWidth = c.count("head_dim", Math.max(1, width / heads));
        int keys = c.count("num_key_value_heads", heads);
        if (heads % keys != 0) {
            throw c.bad(heads + " attention heads do not divide among " + keys + " key/value heads");
        }
        return new DecoderConfig(
                c.count("vocab_size"),
                width,
                c.count("num_hidden_layers"),
                c.count("max_position_embeddings"),
                new Position.Rotated(c.rotary(headWidth, "rope_theta", "partial_rotary_factor", 1)),
                new Norm.Kind.Rms(c.number("rms_norm_eps", 1e-6)),
                new Attention.Kind(
                        new Attention.Heads(heads, keys, headWidth), v.inBias(), v.outBias(), v.headNorm(), v.window()),
                new Mlp.Kind(true, c.count("intermediate_size"), c.activation("hidden_act"), v.mlpBias()),
                Flow.SERIAL,
                c.flag("tie_word_embeddings", false),
                c.number("initializer_range", 0.02),
                padding(c));
    }

    /** The embedding's row that transformers does not train. */
    private static OptionalInt padding(Settings c) {
        double id = c.number("pad_token_id", -1);
        return id >= 0 && id < c.count("vocab_size") ? OptionalInt.of((int) id) : OptionalInt.empty();
    }

    static void write(DecoderConfig c, ObjectNode to) {
        to.put("vocab_size", c.vocabulary());
        to.put("hidden_size", c.width());
        to.put("intermediate_size", c.mlp().inner());
        to.put("num_hidden_layers", c.layers());
        to.put("num_attention_heads", c.attention().heads().queries());
        to.put("num_key_value_heads", c.attention().heads().keys());
        to.put("head_dim", c.attention().heads().width());
        to.put("max_position_embeddings", c.context());
        to.put("hidden_act", name(c.mlp().activation()));
        to.put("rms_norm_eps", c.norm().epsilon());
        to.put("initializer_range", c.deviation());
        to.put("tie_word_embeddings", c.tied());
        c.padding().ifPresent(id -> to.put("pad_token_id", id));
        if (c.position() instanceof Position.Rotated(Rotary rotary)) {
            rope(rotary, c.attention().heads().width(), to);
        }
    }

    static void rope(Rotary rotary, int width, ObjectNode to) {
        ObjectNode rope = to.putObject("rope_parameters");
        rope.put("rope_theta", rotary.base());
        if (rotary.dimensions() != width) {
            rope.put("partial_rotary_factor", Math.nextUp((double) rotary.dimensions() / width));
        }
        switch (rotary.scaling()) {
            case Scaling.None() -> rope.put("rope_type", "default");
            case Scaling.Linear(double factor) ->
                rope.put("rope_type", "linear").put("factor", factor);
            case Scaling.Llama3 s ->
                rope.put("rope_type", "llama3")
                        .put("factor", s.factor())
                        .put("low_freq_factor", s.low())
                        .put("high_freq_factor", s.high())
                        .put("original_max_position_embeddings", s.original());
        }
    }

    static String name(Activation activation) {
        return switch (activation) {
            case SILU -> "silu";
            case GELU -> "gelu";
            case GELU_TANH -> "gelu_pytorch_tanh";
            case RELU -> "relu";
        };
    }

    static List<Stored> layout(DecoderConfig c) {
        List<Stored> all = new ArrayList<>();
        all.add(Stored.same("model.embed_tokens.weight", "embed"));
        for (int l = 0; l < c.layers(); l++) {
            String theirs = "model.layers." + l + ".";
            String ours = "blocks." + l + ".";
            var attention = c.attention();
            all.add(Stored.same(theirs + "input_layernorm.weight", ours + "attentionNorm.weight"));
            for (String part : List.of("q", "k", "v")) {
                linear(all, theirs + "self_attn." + part + "_proj", ours + "attention." + part, attention.inBias());
            }
            linear(all, theirs + "self_attn.o_proj", ours + "attention.out", attention.outBias());
            if (attention.headNorm()) {
                all.add(Stored.same(theirs + "self_attn.q_norm.weight", ours + "attention.qNorm.weight"));
                all.add(Stored.same(theirs + "self_attn.k_norm.weight", ours + "attention.kNorm.weight"));
            }
            all.add(Stored.same(theirs + "post_attention_layernorm.weight", ours + "mlpNorm.weight"));
            for (String part : List.of("gate", "up", "down")) {
                linear(
                        all,
                        theirs + "mlp." + part + "_proj",
                        ours + "mlp." + part,
                        c.mlp().bias());
            }
        }
        all.add(Stored.same("model.norm.weight", "norm.weight"));
        if (!c.tied()) {
            all.add(Stored.same("lm_head.weight", "head.weight"));
        }
        return all;
    }

    static void linear(List<Stored> all, String theirs, String ours, boolean bias) {
        all.add(Stored.same(theirs + ".weight", ours + ".weight"));
        if (bias) {
            all.add(Stored.same(theirs + ".bias", ours + ".bias"));
        }
    }

    /** The window of a model that has one in every layer or in none. */
    static OptionalInt window(Settings c, boolean used) {
        if (!used || !c.has("sliding_window")) {
            return OptionalInt.empty();
        }
        int layers = c.count("num_hidden_layers");
        if (c.has("max_window_layers") && c.number("max_window_layers", 0) > 0) {
            if (c.number("max_window_layers", 0) >= layers) {
                return OptionalInt.empty();
            }
            throw c.bad("a window in some layers only (max_window_layers " + c.number("max_window_layers", 0) + " of "
                    + layers + ") is not supported");
        }
        return OptionalInt.of(c.count("sliding_window"));
    }
}
