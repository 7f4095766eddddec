package chainrule.adapter;

import chainrule.BadInput;
import chainrule.checkpoint.AtomicFile;
import chainrule.checkpoint.JsonFile;
import chainrule.checkpoint.Quote;
import chainrule.checkpoint.Safetensors;
import chainrule.checkpoint.TensorFile;
import chainrule.model.family.Models;
import chainrule.model.family.Settings;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Adapters on disk as Hugging Face's PEFT keeps them: a folder with {@code adapter_config.json} and
 * {@code adapter_model.safetensors}, whose tensors are called after the modules of the base model in transformers.
 */
public final class PeftFolder {
    private static final String CONFIG = "adapter_config.json";
    private static final String WEIGHTS = "adapter_model.safetensors";
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private PeftFolder() {}

    /**
     * The adapter in a folder, owned by the caller.
     *
     * @param form of the base model
     * @throws BadInput where there is none, it is of a kind that is not supported, or it belongs to another base model
     */
    public static Adapter read(Path folder, Models.Form form) {
        Settings config = config(folder);
        Path weights = folder.resolve(WEIGHTS);
        if (!Files.exists(weights)) {
            throw new BadInput(folder + ": " + WEIGHTS + " is missing"
                    + (Files.exists(folder.resolve("adapter_model.bin"))
                            ? ", and adapter_model.bin is a program rather than data: save the adapter as safetensors."
                            : "."));
        }
        String type = config.text("peft_type");
        try (TensorFile tensors = Safetensors.open(weights)) {
            return switch (type) {
                case "LORA" -> new PeftLora(config, tensors).read(form);
                case "PREFIX_TUNING" -> PeftPrefix.read(config, tensors, form);
                default ->
                    throw config.bad(
                            "peft_type '" + Quote.of(type) + "' is not supported; there are LORA and PREFIX_TUNING");
            };
        }
    }

    /** What {@code adapter_config.json} says. @throws BadInput where there is no adapter */
    public static Settings config(Path folder) {
        Path file = folder.resolve(CONFIG);
        if (!Files.exists(file)) {
            throw new BadInput(folder + ": there is no adapter in this folder: it has no " + CONFIG + ".");
        }
        return new Settings(file.toString(), JsonFile.object(file));
    }

    /**
     * Writes an adapter into a folder; each file appears whole or not at all.
     *
     * @param form of the base model
     * @param base where the base model is, or its name
     */
    public static void write(Adapter adapter, Models.Form form, String base, Path folder) throws IOException {
        ObjectNode config = JSON.createObjectNode();
        config.put("base_model_name_or_path", base);
        config.put("task_type", "CAUSAL_LM");
        config.put("inference_mode", true);
        Files.createDirectories(folder);
        try (var _ = new Scope()) {
            Map<String, Tensor> tensors = switch (adapter) {
                case LoraAdapter lora -> PeftLora.write(lora, form, config);
                case PrefixAdapter prefix -> PeftPrefix.write(prefix, form, config);
            };
            Safetensors.write(folder.resolve(WEIGHTS), tensors, Map.of("format", "pt"));
        }
        AtomicFile.write(
                folder.resolve(CONFIG), (JSON.writeValueAsString(config) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** A tensor in float32, which belongs to the open scope. @throws BadInput where it has another shape */
    static Tensor floats(TensorFile tensors, String name, long... shape) {
        check(tensors, name, shape);
        Tensor all = Ops.empty(ScalarType.Float, shape);
        tensors.readFloats(name, Ops.segment(all));
        return all;
    }

    static void check(TensorFile tensors, String name, long... shape) {
        if (!Arrays.equals(tensors.shape(name), shape)) {
            throw new BadInput(tensors.origin() + ": " + Quote.of(name) + " has shape "
                    + Arrays.toString(tensors.shape(name)) + " where " + Arrays.toString(shape)
                    + " fits the base model: the adapter belongs to another one.");
        }
    }
}
