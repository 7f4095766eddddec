package chainrule.control;

import chainrule.Golden;
import chainrule.checkpoint.Safetensors;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The reference figures of {@code golden/gdc}: texts of 4 symbols of 3 kinds under tables in float64. */
public final class GoldenGdc implements AutoCloseable {
    /** The features by the names that the figures give them. */
    private static final Map<String, Scorer> FEATURES = Map.of(
            "has2", Scorer.ofText("has2", text -> text.contains("2")),
            "ends_same", Scorer.ofTokens("ends_same", x -> x[0] == x[3] ? 1 : 0),
            "share1", Scorer.ofTokens("share1", x -> count(1, x) / 4.0),
            "rare", new Scorer.StartsWith("2 2 1"),
            "many2", Scorer.ofTokens("many2", x -> count(2, x) >= 3 ? 1 : 0));

    private final JsonNode figures =
            JsonMapper.shared().readTree(Golden.path("gdc/gdc.json").toFile());
    private final Safetensors tensors = Safetensors.open(Golden.path("gdc/gdc.safetensors"));

    private static long count(int symbol, int... x) {
        return Arrays.stream(x).filter(s -> s == symbol).count();
    }

    public JsonNode figures() {
        return figures;
    }

    public Scorer feature(String name) {
        Scorer scorer = FEATURES.get(name);
        if (scorer == null) {
            throw new AssertionError("no feature " + name);
        }
        return scorer;
    }

    public List<Scorer> features(JsonNode names) {
        return names.valueStream().map(n -> feature(n.stringValue())).toList();
    }

    /** A table, closed by the caller. */
    public PrefixTable table(String name) {
        try (var _ = new Scope()) {
            return new PrefixTable(4, Scope.own(tensors.read(name)));
        }
    }

    public double[] doubles(String name) {
        try (var _ = new Scope()) {
            return values(tensors.read(name));
        }
    }

    public static double[] values(Tensor tensor) {
        try (var _ = new Scope()) {
            return Ops.segment(tensor.detach().to(ScalarType.Double).contiguous())
                    .toArray(ValueLayout.JAVA_DOUBLE);
        }
    }

    public List<Sequence> texts(String name) {
        try (var _ = new Scope()) {
            long[] flat = Ops.longs(tensors.read(name));
            List<Sequence> texts = new ArrayList<>();
            Sequences sequences = Sequences.ofTokens(new int[] {0}, 4);
            for (int i = 0; i < flat.length; i += 4) {
                int at = i;
                int[] tokens = new int[4];
                Arrays.setAll(tokens, t -> (int) flat[at + t]);
                texts.add(sequences.read(tokens));
            }
            return texts;
        }
    }

    public static double[] doubles(JsonNode array) {
        return array.valueStream().mapToDouble(JsonNode::doubleValue).toArray();
    }

    /** Weights with which a mean over all texts is their sum: drawn once each from 81 equally likely ones. */
    public static ImportanceWeights enumerated(double... logP) {
        double[] uniform = new double[logP.length];
        Arrays.fill(uniform, -Math.log(logP.length));
        return new ImportanceWeights(logP, uniform);
    }

    @Override
    public void close() {
        tensors.close();
    }
}
