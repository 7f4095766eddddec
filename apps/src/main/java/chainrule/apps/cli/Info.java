package chainrule.apps.cli;

import chainrule.adapter.Adapter;
import chainrule.adapter.LoraAdapter;
import chainrule.adapter.PeftFolder;
import chainrule.adapter.PrefixAdapter;
import chainrule.checkpoint.Checkpoint;
import chainrule.checkpoint.Dtype;
import chainrule.checkpoint.Entry;
import chainrule.checkpoint.TensorFile;
import chainrule.local.ModelArgument;
import chainrule.local.Prompts;
import chainrule.model.DecoderConfig;
import chainrule.model.family.Models;
import chainrule.nn.Attention;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code info}: what a model is. */
@Command(
        name = "info",
        description = "Show what a model is: family, size, number formats, context, tokenizer, licence, memory.",
        footer = {"", "Example:", "  ./chainrule info model.gguf"})
final class Info implements Verb {
    @Parameters(paramLabel = "MODEL", arity = "0..1", description = "A folder, a file, or a name in the store.")
    Optional<String> model = Optional.empty();

    @Option(names = "--adapter", paramLabel = "FOLDER", description = "Also show what an adapter for it is.")
    Optional<Path> adapter = Optional.empty();

    @Option(names = "--tensors", description = "List every tensor with its format and shape.")
    boolean tensors;

    @Option(names = "--json", description = "Print one JSON object.")
    boolean json;

    @Override
    public int run(Console console) {
        Checkpoint checkpoint = model.map(ModelArgument::find).orElseGet(ModelArgument::openDefault);
        Models.Form form = Models.form(checkpoint);
        DecoderConfig config = form.config();
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("model", checkpoint.path().toString());
        all.put("family", form.family().modelType());
        all.put("architecture", form.family().architecture());
        all.put("parameters", config.parameters());
        all.put("shapes", shapes(config));
        all.put("context", config.context());
        try (TensorFile weights = checkpoint.openWeights()) {
            all.put("formats", formats(weights));
            all.put("bytes", weights.entries().stream().mapToLong(Entry::bytes).sum());
            all.put("memory", memory(config, weights));
            if (tensors) {
                all.put("tensors", tensors(weights));
            }
        }
        try (Prompts prompts = Prompts.of(checkpoint, line -> console.note("chainrule: " + line))) {
            all.put("tokenizer", tokenizer(checkpoint, prompts));
        }
        all.put("chatTemplate", checkpoint.chatTemplate().isPresent());
        Licence.of(checkpoint).ifPresent(licence -> all.put("licence", licence));
        adapter.ifPresent(folder -> all.put("adapter", adapter(folder, form)));
        if (json) {
            console.json(all);
        } else {
            all.forEach((name, value) -> show(console, name, value));
        }
        return DONE;
    }

    private static Map<String, Object> adapter(Path folder, Models.Form form) {
        Map<String, Object> shown = new LinkedHashMap<>();
        try (Adapter adapter = PeftFolder.read(folder, form)) {
            switch (adapter) {
                case LoraAdapter lora -> {
                    shown.put("kind", "lora");
                    shown.put("rank", lora.settings().rank());
                    shown.put(
                            "scale",
                            String.format(Locale.ROOT, "%.4g", lora.settings().scale()));
                    shown.put("maps", lora.settings().targets().size());
                }
                case PrefixAdapter prefix -> {
                    shown.put("kind", "prefix");
                    shown.put("length", prefix.prefix().length());
                }
            }
            shown.put("parameters", adapter.parameters().size());
        }
        return shown;
    }

    private static Map<String, Object> shapes(DecoderConfig config) {
        Attention.Heads heads = config.attention().heads();
        Map<String, Object> shapes = new LinkedHashMap<>();
        shapes.put("layers", config.layers());
        shapes.put("width", config.width());
        shapes.put("heads", heads.queries());
        shapes.put("keyValueHeads", heads.keys());
        shapes.put("headWidth", heads.width());
        shapes.put("mlp", config.mlp().inner());
        shapes.put("vocabulary", config.vocabulary());
        config.window().ifPresent(window -> shapes.put("window", window));
        shapes.put("tiedHead", config.tied());
        return shapes;
    }

    /** How many tensors there are of each format. */
    private static Map<String, Integer> formats(TensorFile weights) {
        Map<Dtype, Integer> counts = new TreeMap<>();
        weights.entries().forEach(e -> counts.merge(e.dtype(), 1, Integer::sum));
        Map<String, Integer> named = new LinkedHashMap<>();
        counts.forEach((type, count) -> named.put(type.name(), count));
        return named;
    }

    private static Map<String, String> tensors(TensorFile weights) {
        Map<String, String> all = new LinkedHashMap<>();
        weights.entries().forEach(e -> all.put(e.name(), e.dtype() + " " + Arrays.toString(e.shape())));
        return all;
    }

    private static Map<String, Object> tokenizer(Checkpoint checkpoint, Prompts prompts) {
        Map<String, Object> all = new LinkedHashMap<>();
        if (prompts.hasTokenizer()) {
            all.put("tokens", prompts.tokenizer().size());
            for (String name : new String[] {"bos_token", "eos_token"}) {
                checkpoint.specialToken(name).ifPresent(token -> all.put(name, token));
            }
            all.put("ends", prompts.ends().tokens());
        }
        return all;
    }

    /**
     * Native memory in bytes: the weights as decoding holds them, token vectors apart from the head's weight and beside 8-bit
     * blocks a bfloat16 copy for prompts, and a token's share of the cache.
     */
    private static Map<String, Object> memory(DecoderConfig config, TensorFile weights) {
        Attention.Heads heads = config.attention().heads();
        long vectors = (long) config.vocabulary() * config.width();
        long all = config.parameters() + (config.tied() ? vectors : 0);
        Map<String, Object> memory = new LinkedHashMap<>();
        memory.put("f32", kept(config, weights, Float.BYTES));
        memory.put("bf16", kept(config, weights, Short.BYTES));
        memory.put("int8", 3 * (all - vectors));
        memory.put("cachePerToken", 2L * Float.BYTES * config.layers() * heads.keys() * heads.width());
        return memory;
    }

    /** The weights where quantised matrices stay so and a value of the others takes {@code bytes} bytes. */
    private static long kept(DecoderConfig config, TensorFile weights, int bytes) {
        double sum = 0;
        for (Entry entry : weights.entries()) {
            boolean quantised = entry.dtype().quantised() && entry.shape().length == 2;
            boolean tokens = config.tied() && entry.elements() == (long) config.vocabulary() * config.width();
            sum += entry.elements() * (quantised ? entry.dtype().bytesAsCodes() : bytes) * (tokens ? 2 : 1);
        }
        return Math.round(sum);
    }

    private static void show(Console console, String name, Object value) {
        String text = switch (value) {
            case Map<?, ?> map when map.isEmpty() -> "none";
            case Map<?, ?> map
            when name.equals("tensors") -> {
                var lines = new StringBuilder();
                map.forEach(
                        (k, v) -> lines.append("\n  ").append(k).append("  ").append(v));
                yield lines.toString();
            }
            case Map<?, ?> map ->
                String.join(
                        ", ",
                        map.entrySet().stream()
                                .map(e -> e.getKey() + " " + text(e.getValue()))
                                .toList());
            default -> text(value);
        };
        console.println(String.format(Locale.ROOT, "%-13s %s", name, text));
    }

    private static String text(Object value) {
        return switch (value) {
            case Number n -> String.format(Locale.ROOT, "%,d", n.longValue());
            case Boolean yes -> yes ? "yes" : "no";
            default -> value.toString();
        };
    }
}
