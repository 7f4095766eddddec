package chainrule.model.family;

import chainrule.model.DecoderConfig;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** Qwen 3 (Yang et al., 2025): Llama with a norm on each head's queries and keys. */
public record Qwen3() implements Family {
    @Override
    public String modelType() {
        return "qwen3";
    }

    @Override
    public String architecture() {
        return "Qwen3ForCausalLM";
    }

    @Override
    public String prefix() {
        return "model.";
    }

    @Override
    public DecoderConfig read(Settings config) {
        boolean bias = config.flag("attention_bias", false);
        var window = LlamaForm.window(config, config.flag("use_sliding_window", false));
        return LlamaForm.read(config, new LlamaForm.Variant(bias, bias, false, true, window));
    }

    @Override
    public void write(DecoderConfig config, ObjectNode to) {
        LlamaForm.write(config, to);
        to.put("attention_bias", config.attention().inBias());
        writeWindow(config, to);
    }

    static void writeWindow(DecoderConfig config, ObjectNode to) {
        to.put("use_sliding_window", config.window().isPresent());
        if (config.window().isPresent()) {
            to.put("sliding_window", config.window().getAsInt());
            to.put("max_window_layers", 0);
        }
    }

    @Override
    public List<Stored> layout(DecoderConfig config) {
        return LlamaForm.layout(config);
    }
}
