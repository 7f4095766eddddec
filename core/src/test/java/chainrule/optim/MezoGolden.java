package chainrule.optim;

import chainrule.Golden;
import chainrule.checkpoint.Checkpoint;
import chainrule.checkpoint.Safetensors;
import chainrule.checkpoint.TensorFile;
import chainrule.model.Decoder;
import chainrule.model.family.Models;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The reference files of {@code golden/mezo}: numbers, recorded draws, and tensors under the names of a model here. */
record MezoGolden(JsonNode json, TensorFile tensors) implements AutoCloseable {
    static MezoGolden open() {
        return new MezoGolden(
                JsonMapper.shared().readTree(Golden.path("mezo/mezo.json").toFile()),
                Safetensors.open(Golden.path("mezo/mezo.safetensors")));
    }

    JsonNode named(String list, String name) {
        return json.required(list)
                .valueStream()
                .filter(c -> c.required("name").stringValue().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** The tensors whose names begin with {@code prefix}, by what follows it; owned by the open scope. */
    SequencedMap<String, Tensor> under(String prefix) {
        SequencedMap<String, Tensor> found = new LinkedHashMap<>();
        tensors.entries().stream()
                .filter(e -> e.name().startsWith(prefix))
                .forEach(e -> found.put(e.name().substring(prefix.length()), tensors.read(e.name())));
        return found;
    }

    /** Draws as they were recorded: by step and sample, then by path. */
    record Recorded(Map<Noise.Index, Map<String, float[]>> draws) implements Noise {
        static Recorded of(List<Index> indices, Function<Index, Map<String, Tensor>> draws) {
            Map<Index, Map<String, float[]>> all = new HashMap<>();
            try (var _ = new Scope()) {
                indices.forEach(i -> {
                    Map<String, float[]> values = new HashMap<>();
                    draws.apply(i).forEach((path, z) -> values.put(path, Ops.floats(z)));
                    all.put(i, values);
                });
            }
            return new Recorded(all);
        }

        @Override
        public void fill(Index index, String path, long from, float[] z, int count) {
            System.arraycopy(draws.get(index).get(path), (int) from, z, 0, count);
        }
    }

    /**
     * GPT-2's tensors under the names and in the shapes of a decoder here, where {@code replaced} stands in for the
     * model's own.
     */
    Decoder gpt2(Path folder, SequencedMap<String, Tensor> replaced) {
        try (var _ = new Scope();
                TensorFile own = Safetensors.open(Golden.path("mezo/gpt2/model.safetensors"))) {
            SequencedMap<String, Tensor> all = new LinkedHashMap<>();
            own.entries().forEach(e -> all.put(e.name(), own.read(e.name())));
            all.putAll(replaced);
            Files.createDirectories(folder);
            Files.copy(Golden.path("mezo/gpt2/config.json"), folder.resolve("config.json"));
            Safetensors.write(folder.resolve("model.safetensors"), all, Map.of("format", "pt"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Models.load(Checkpoint.open(folder));
    }

    /** The same model in float64, in place of the given one. */
    static Decoder wide(Decoder lm) {
        try (lm;
                var _ = new Scope()) {
            Decoder wide = chainrule.nn.Tree.map(lm, (_, p) -> Scope.own(p.to(ScalarType.Double)));
            return new Decoder(
                    wide.config(),
                    wide.embed(),
                    wide.positions(),
                    wide.blocks(),
                    wide.norm(),
                    wide.head(),
                    ScalarType.Double,
                    ScalarType.Double);
        }
    }

    @Override
    public void close() {
        tensors.close();
    }
}
