package chainrule.model.family;

import chainrule.model.DecoderConfig;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** Mistral 7B (Jiang et al., 2023): Llama with a sliding window. */
public record Mistral() implements Family {
    @Override
    public String modelType() {
        return "mistral";
    }

    @Override
    public String architecture() {
        return "MistralForCausalLM";
    }

    @Override
    public String prefix() {
        return "model.";
    }

    @Override
    public DecoderConfig read(Settings config) {
        var window = LlamaForm.window(config, true);
        return LlamaForm.read(config, new LlamaForm.Variant(false, false, false, false, window));
    }

    @Override
    public void write(DecoderConfig config, ObjectNode to) {
        LlamaForm.write(config, to);
        if (config.window().isPresent()) {
            to.put("sliding_window", config.window().getAsInt());
        } else {
            to.putNull("sliding_window");
        }
    }

    @Override
    public List<Stored> layout(DecoderConfig config) {
        return LlamaForm.layout(config);
    }
}
