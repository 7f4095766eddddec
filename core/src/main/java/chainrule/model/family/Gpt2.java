package chainrule.model.family;

import chainrule.model.DecoderConfig;
import chainrule.model.DecoderConfig.Flow;
import chainrule.model.DecoderConfig.Position;
import chainrule.nn.Attention;
import chainrule.nn.Mlp;
import chainrule.nn.Norm;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import tools.jackson.databind.node.ObjectNode;

/** GPT-2 (Radford et al., 2019): learned positions, biases everywhere, weights stored transposed (Conv1D). */
public record Gpt2() implements Family {
    @Override
    public String modelType() {
        return "gpt2";
    }

    @Override
    public String architecture() {
        return "GPT2LMHeadModel";
    }

    @Override
    public String prefix() {
        return "transformer.";
    }

    @Override
    public DecoderConfig read(Settings c) {
        c.require("scale_attn_weights", true);
        c.require("scale_attn_by_inverse_layer_idx", false);
        c.require("add_cross_attention", false);
        int width = c.count("n_embd");
        int heads = c.count("n_head");
        if (width % heads != 0) {
            throw c.bad("n_embd " + width + " does not divide into " + heads + " heads");
        }
        return new DecoderConfig(
                c.count("vocab_size"),
                width,
                c.count("n_layer"),
                c.count("n_positions"),
                new Position.Learned(),
                new Norm.Kind.Layer(c.number("layer_norm_epsilon", 1e-5), true),
                new Attention.Kind(
                        new Attention.Heads(heads, heads, width / heads), true, true, false, OptionalInt.empty()),
                new Mlp.Kind(false, c.count("n_inner", 4 * width), c.activation("activation_function"), true),
                Flow.SERIAL,
                c.flag("tie_word_embeddings", true),
                c.number("initializer_range", 0.02));
    }

    @Override
    public void write(DecoderConfig c, ObjectNode to) {
        to.put("vocab_size", c.vocabulary());
        to.put("n_embd", c.width());
        to.put("n_inner", c.mlp().inner());
        to.put("n_layer", c.layers());
        to.put("n_head", c.attention().heads().queries());
        to.put("n_positions", c.context());
        to.put("activation_function", LlamaForm.name(c.mlp().activation()));
        to.put("layer_norm_epsilon", c.norm().epsilon());
        to.put("initializer_range", c.deviation());
        to.put("tie_word_embeddings", c.tied());
    }

    @Override
    public List<Stored> layout(DecoderConfig c) {
        List<Stored> all = new ArrayList<>();
        all.add(Stored.same("transformer.wte.weight", "embed"));
        all.add(Stored.same("transformer.wpe.weight", "positions.weight"));
        for (int l = 0; l < c.layers(); l++) {
            String theirs = "transformer.h." + l + ".";
            String ours = "blocks." + l + ".";
            for (String kind : List.of("weight", "bias")) {
                String a = ours + "attention.";
                all.add(Stored.same(theirs + "ln_1." + kind, ours + "attentionNorm." + kind));
                all.add(Stored.columns(
                        theirs + "attn.c_attn." + kind, a + "q." + kind, a + "k." + kind, a + "v." + kind));
                all.add(Stored.columns(theirs + "attn.c_proj." + kind, a + "out." + kind));
                all.add(Stored.same(theirs + "ln_2." + kind, ours + "mlpNorm." + kind));
                all.add(Stored.columns(theirs + "mlp.c_fc." + kind, ours + "mlp.up." + kind));
                all.add(Stored.columns(theirs + "mlp.c_proj." + kind, ours + "mlp.down." + kind));
            }
        }
        all.add(Stored.same("transformer.ln_f.weight", "norm.weight"));
        all.add(Stored.same("transformer.ln_f.bias", "norm.bias"));
        if (!c.tied()) {
            all.add(Stored.same("lm_head.weight", "head.weight"));
        }
        return all;
    }
}
