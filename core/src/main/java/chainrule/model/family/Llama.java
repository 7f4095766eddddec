package chainrule.model.family;

import chainrule.model.DecoderConfig;
import java.util.List;
import java.util.OptionalInt;
import tools.jackson.databind.node.ObjectNode;

/** Llama 2 and 3 (Touvron et al., 2023; Llama team, 2024) and SmolLM2. */
public record Llama() implements Family {
    @Override
    public String modelType() {
        return "llama";
    }

    @Override
    public String architecture() {
        return "LlamaForCausalLM";
    }

    @Override
    public String prefix() {
        return "model.";
    }

    @Override
    public DecoderConfig read(Settings config) {
        boolean bias = config.flag("attention_bias", false);
        boolean mlpBias = config.flag("mlp_bias", false);
        return LlamaForm.read(config, new LlamaForm.Variant(bias, bias, mlpBias, false, OptionalInt.empty()));
    }

    @Override
    public void write(DecoderConfig config, ObjectNode to) {
        LlamaForm.write(config, to);
        to.put("attention_bias", config.attention().inBias());
        to.put("mlp_bias", config.mlp().bias());
    }

    @Override
    public List<Stored> layout(DecoderConfig config) {
        return LlamaForm.layout(config);
    }
}
