package chainrule.model.family;

import chainrule.BadInput;
import chainrule.model.DecoderConfig;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** A family of published models: its name in {@code model_type}, its configuration and its parameters' names. */
public sealed interface Family permits Gpt2, Llama, Mistral, Qwen2, Qwen3, GptNeox {
    List<Family> ALL = List.of(new Gpt2(), new Llama(), new Mistral(), new Qwen2(), new Qwen3(), new GptNeox());

    /** As in {@code config.json}. */
    String modelType();

    /** As in {@code config.json}'s list of architectures. */
    String architecture();

    /** @throws BadInput where a setting is missing, impossible or not supported */
    DecoderConfig read(Settings config);

    /** Writes what {@link #read} reads, as transformers 5 does. */
    void write(DecoderConfig config, ObjectNode to);

    /** Every tensor of a checkpoint. */
    List<Stored> layout(DecoderConfig config);

    /** The prefix of names that a checkpoint of the bare model, without its head, leaves out. */
    String prefix();

    /** @throws BadInput for a family that does not exist here */
    static Family of(Settings config) {
        String type = config.text("model_type");
        return ALL.stream()
                .filter(f -> f.modelType().equals(type))
                .findFirst()
                .orElseThrow(() -> config.bad("model_type '" + type + "' is not supported; there are "
                        + String.join(", ", ALL.stream().map(Family::modelType).toList())));
    }
}
