package chainrule.model.family;

import chainrule.model.DecoderConfig;
import chainrule.model.DecoderConfig.Flow;
import chainrule.model.DecoderConfig.Position;
import chainrule.nn.Attention;
import chainrule.nn.Mlp;
import chainrule.nn.Norm;
import chainrule.nn.Rotary;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import tools.jackson.databind.node.ObjectNode;

/** GPT-NeoX and Pythia (Black et al., 2022; Biderman et al., 2023): partial rotary positions, parallel halves. */
public record GptNeox() implements Family {
    @Override
    public String modelType() {
        return "gpt_neox";
    }

    @Override
    public String architecture() {
        return "GPTNeoXForCausalLM";
    }

    @Override
    public String prefix() {
        return "gpt_neox.";
    }

    @Override
    public DecoderConfig read(Settings c) {
        int width = c.count("hidden_size");
        int heads = c.count("num_attention_heads");
        if (width % heads != 0) {
            throw c.bad("hidden_size " + width + " does not divide into " + heads + " heads");
        }
        boolean bias = c.flag("attention_bias", true);
        return new DecoderConfig(
                c.count("vocab_size"),
                width,
                c.count("num_hidden_layers"),
                c.count("max_position_embeddings"),
                new Position.Rotated(c.rotary(width / heads, "rotary_emb_base", "rotary_pct", 0.25)),
                new Norm.Kind.Layer(c.number("layer_norm_eps", 1e-5), true),
                new Attention.Kind(
                        new Attention.Heads(heads, heads, width / heads), bias, bias, false, OptionalInt.empty()),
                new Mlp.Kind(false, c.count("intermediate_size"), c.activation("hidden_act"), true),
                c.flag("use_parallel_residual", true) ? Flow.PARALLEL : Flow.SERIAL,
                c.flag("tie_word_embeddings", false),
                c.number("initializer_range", 0.02));
    }

    @Override
    public void write(DecoderConfig c, ObjectNode to) {
        to.put("vocab_size", c.vocabulary());
        to.put("hidden_size", c.width());
        to.put("intermediate_size", c.mlp().inner());
        to.put("num_hidden_layers", c.layers());
        to.put("num_attention_heads", c.attention().heads().queries());
        to.put("max_position_embeddings", c.context());
        to.put("hidden_act", LlamaForm.name(c.mlp().activation()));
        to.put("layer_norm_eps", c.norm().epsilon());
        to.put("attention_bias", c.attention().inBias());
        to.put("use_parallel_residual", c.flow() == Flow.PARALLEL);
        to.put("initializer_range", c.deviation());
        to.put("tie_word_embeddings", c.tied());
        if (c.position() instanceof Position.Rotated(Rotary rotary)) {
            LlamaForm.rope(rotary, c.attention().heads().width(), to);
        }
    }

    @Override
    public List<Stored> layout(DecoderConfig c) {
        List<Stored> all = new ArrayList<>();
        all.add(Stored.same("gpt_neox.embed_in.weight", "embed"));
        var heads = new Stored.Join.Heads(c.attention().heads().queries());
        for (int l = 0; l < c.layers(); l++) {
            String theirs = "gpt_neox.layers." + l + ".";
            String ours = "blocks." + l + ".";
            for (String kind : List.of("weight", "bias")) {
                String a = ours + "attention.";
                all.add(Stored.same(theirs + "input_layernorm." + kind, ours + "attentionNorm." + kind));
                all.add(Stored.same(theirs + "post_attention_layernorm." + kind, ours + "mlpNorm." + kind));
                if (kind.equals("weight") || c.attention().inBias()) {
                    var qkv = List.of(a + "q." + kind, a + "k." + kind, a + "v." + kind);
                    all.add(new Stored(theirs + "attention.query_key_value." + kind, qkv, heads));
                    all.add(Stored.same(theirs + "attention.dense." + kind, a + "out." + kind));
                }
                all.add(Stored.same(theirs + "mlp.dense_h_to_4h." + kind, ours + "mlp.up." + kind));
                all.add(Stored.same(theirs + "mlp.dense_4h_to_h." + kind, ours + "mlp.down." + kind));
            }
        }
        all.add(Stored.same("gpt_neox.final_layer_norm.weight", "norm.weight"));
        all.add(Stored.same("gpt_neox.final_layer_norm.bias", "norm.bias"));
        if (!c.tied()) {
            all.add(Stored.same("embed_out.weight", "head.weight"));
        }
        return all;
    }
}
