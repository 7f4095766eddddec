package chainrule.model.family;

import chainrule.BadInput;
import chainrule.checkpoint.Checkpoint;
import chainrule.checkpoint.Dtype;
import chainrule.checkpoint.GgufExport;
import chainrule.checkpoint.Rounding;
import chainrule.checkpoint.Safetensors;
import chainrule.checkpoint.TensorFile;
import chainrule.model.CausalLM;
import chainrule.model.Decoder;
import chainrule.model.DecoderConfig;
import chainrule.model.Prefix;
import chainrule.nn.Compute;
import chainrule.nn.Draw;
import chainrule.nn.Init;
import chainrule.nn.Part;
import chainrule.nn.Tree;
import chainrule.tensor.Codes;
import chainrule.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Loads decoders from checkpoints of any family, and saves them so that Hugging Face's libraries load them. */
public final class Models {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private Models() {}

    /**
     * The family and the shape of a checkpoint, from its configuration alone.
     *
     * @throws BadInput where the family is unknown or the configuration is impossible
     */
    public static Form form(Checkpoint checkpoint) {
        Settings settings = new Settings(checkpoint.configOrigin().toString(), checkpoint.config());
        Family family = Family.of(settings);
        return new Form(family, family.read(settings));
    }

    /** A family and the shape of one of its models. */
    public record Form(Family family, DecoderConfig config) {}

    /**
     * The decoder of a checkpoint in float32, owned by the caller.
     *
     * @throws BadInput where a tensor is missing or has another shape than the configuration says
     */
    public static Decoder load(Checkpoint checkpoint) {
        return load(checkpoint, Change.NONE);
    }

    /** The decoder of a checkpoint with a change, likewise. */
    public static Decoder load(Checkpoint checkpoint, Change change) {
        Decoder plain = load(checkpoint, false, change, Decoder::create);
        return change.prefix().map(p -> plain.behind(p.copy())).orElse(plain);
    }

    /**
     * The decoder of a checkpoint, in which matrices that are quantised there stay so. It computes, and lets gradients
     * through, but those matrices cannot be trained: for adapters on a model of little memory.
     */
    public static Decoder loadQuantised(Checkpoint checkpoint) {
        return load(checkpoint, true, Change.NONE, Decoder::create);
    }

    /** The decoder of a checkpoint in the form that decodes fastest, likewise. */
    public static CausalLM loadForDecoding(Checkpoint checkpoint, Compute compute) {
        return loadForDecoding(checkpoint, compute, Change.NONE);
    }

    /** The decoder of a checkpoint with a change, in the form that decodes fastest, likewise. */
    public static CausalLM loadForDecoding(Checkpoint checkpoint, Compute compute, Change change) {
        boolean quantised = compute != Compute.INT8;
        return load(
                checkpoint,
                quantised,
                change,
                (config, init) -> Decoder.createForDecoding(config, init, change.prefix(), compute));
    }

    /**
     * What is otherwise in a model than its checkpoint says.
     *
     * @param weights parameters in the place of the checkpoint's, which it owns then
     * @param prefix what stands before every text; the model has a copy
     */
    public record Change(UnaryOperator<Init> weights, Optional<Prefix> prefix) {
        /** The checkpoint's own model. */
        public static final Change NONE = new Change(UnaryOperator.identity(), Optional.empty());
    }

    private static <M> M load(
            Checkpoint checkpoint, boolean quantised, Change change, BiFunction<DecoderConfig, Init, M> create) {
        Form form = form(checkpoint);
        try (TensorFile weights = checkpoint.openWeights()) {
            DecoderConfig config = headed(form, weights);
            List<Stored> layout = form.family().layout(config);
            Init init = new Loaded(weights, layout, form.family().prefix(), quantised);
            return guarded(change.weights().apply(init), guarded -> create.apply(config, guarded));
        }
    }

    /** Makes something of parameters, which are freed where that fails. */
    private static <M> M guarded(Init init, Function<Init, M> create) {
        Queue<Tensor> made = new ConcurrentLinkedQueue<>();
        try {
            return create.apply(new Init() {
                @Override
                public Tensor get(String name, Draw draw, Part part, long... shape) {
                    Tensor t = init.get(name, draw, part, shape);
                    made.add(t);
                    return t;
                }

                @Override
                public Optional<Codes> codes(String name, long... shape) {
                    Optional<Codes> codes = init.codes(name, shape);
                    codes.ifPresent(c -> made.addAll(Tree.of(c).tensors().values()));
                    return codes;
                }
            });
        } catch (RuntimeException | Error e) {
            made.forEach(Scope::free);
            throw e;
        }
    }

    /** A checkpoint that has no output head although its configuration names one is tied after all. */
    private static DecoderConfig headed(Form form, TensorFile weights) {
        DecoderConfig c = form.config();
        boolean head = c.tied() || weights.has(form.family().layout(c).getLast().name());
        return head ? c : c.tied(true);
    }

    /** The tensors of {@code tree} under the family's names. They belong to the open scope. */
    public static Map<String, Tensor> stored(Form form, Tree tree) {
        Map<String, Tensor> all = new LinkedHashMap<>();
        for (Stored s : form.family().layout(form.config())) {
            all.put(s.name(), s.join(s.ours().stream().map(tree::get).toList()));
        }
        return all;
    }

    /**
     * Writes {@code config.json} and {@code model.safetensors} into a folder; each appears whole or not at all.
     *
     * @param more further settings for {@code config.json}, such as {@code bos_token_id}
     * @param type the number type of the file
     */
    public static void save(Form form, Tree tree, Map<String, Object> more, ScalarType type, Path folder)
            throws IOException {
        Files.createDirectories(folder);
        try (var _ = new Scope();
                var _ = new NoGradGuard()) {
            Map<String, Tensor> tensors = stored(form, tree);
            tensors.replaceAll((_, t) -> t.detach().to(type).contiguous());
            Safetensors.write(folder.resolve("model.safetensors"), tensors, Map.of("format", "pt"));
        }
        Files.writeString(folder.resolve("config.json"), JSON.writeValueAsString(config(form, more, type)) + "\n");
    }

    /**
     * Writes a GGUF file as llama.cpp reads it; it appears whole or not at all.
     *
     * @param dtype of matrices: F32, F16, BF16 or Q8_0
     * @param vocabulary the metadata of the tokenizer and the chat template
     */
    public static void saveGguf(Form form, Tree tree, Dtype dtype, Map<String, Object> vocabulary, Path file)
            throws IOException {
        try (var _ = new Scope();
                var _ = new NoGradGuard()) {
            String name = file.getFileName().toString().replaceFirst("\\.gguf$", "");
            gguf(form, dtype).write(file, name, stored(form, tree), vocabulary);
        }
    }

    /** How a GGUF file of matrices in a type is written. */
    public static GgufExport gguf(Form form, Dtype dtype) {
        return new GgufExport(config(form, Map.of(), ScalarType.Float), dtype);
    }

    /** The number type of a tensor in a file. */
    @FunctionalInterface
    public interface Types {
        /** @param name Hugging Face's */
        Dtype of(String name, long... shape);
    }

    /** Puts in the place of every parameter what is read of it from a file in these types. */
    public static void round(Form form, Tree tree, Types types) {
        try (var _ = new NoGradGuard()) {
            for (Stored s : form.family().layout(form.config())) {
                for (String path : s.ours()) {
                    try (var _ = new Scope()) {
                        Tensor t = tree.get(path);
                        t.copy_(Rounding.of(
                                t, types.of(s.name(), t.sizes().vec().get())));
                    }
                }
            }
        }
    }

    private static ObjectNode config(Form form, Map<String, Object> more, ScalarType type) {
        ObjectNode json = JSON.createObjectNode();
        json.putArray("architectures").add(form.family().architecture());
        json.put("model_type", form.family().modelType());
        json.put(
                "dtype",
                switch (type.intern()) {
                    case Float -> "float32";
                    case Half -> "float16";
                    default -> "bfloat16";
                });
        form.family().write(form.config(), json);
        more.forEach((name, value) -> json.set(name, JSON.valueToTree(value)));
        return json;
    }

    /** The tensors of a checkpoint that its family does not know, buffers aside: a sign of another architecture. */
    public static Set<String> unknown(Form form, TensorFile weights) {
        Set<String> names = new HashSet<>(weights.directory().keySet());
        for (Stored s : form.family().layout(form.config())) {
            names.remove(s.name());
            names.remove(s.name()
                    .substring(
                            s.name().startsWith(form.family().prefix())
                                    ? form.family().prefix().length()
                                    : 0));
        }
        return names;
    }
}
