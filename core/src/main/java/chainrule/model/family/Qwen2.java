package chainrule.model.family;

import chainrule.model.DecoderConfig;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** Qwen 2 and 2.5 (Yang et al., 2024): Llama with a bias on queries, keys and values. */
public record Qwen2() implements Family {
    @Override
    public String modelType() {
        return "qwen2";
    }

    @Override
    public String architecture() {
        return "Qwen2ForCausalLM";
    }

    @Override
    public String prefix() {
        return "model.";
    }

    @Override
    public DecoderConfig read(Settings config) {
        var window = LlamaForm.window(config, config.flag("use_sliding_window", false));
        return LlamaForm.read(config, new LlamaForm.Variant(true, false, false, false, window));
    }

    @Override
    public void write(DecoderConfig config, ObjectNode to) {
        LlamaForm.write(config, to);
        Qwen3.writeWindow(config, to);
    }

    @Override
    public List<Stored> layout(DecoderConfig config) {
        return LlamaForm.layout(config);
    }
}
