package chainrule.decode.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chainrule.Golden;
import chainrule.checkpoint.TensorFile;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every filter, alone and after others, against transformers: the sets exactly, the log-probabilities to 1e-5. */
class GoldenFilterTest {
    /** In transformers' order. */
    private static final Map<String, Function<JsonNode, Filter>> FILTERS = new LinkedHashMap<>();

    static {
        FILTERS.put("temperature", v -> new Temperature(v.doubleValue()));
        FILTERS.put("top_h", v -> new TopH(v.doubleValue()));
        FILTERS.put("top_k", v -> new TopK(v.intValue()));
        FILTERS.put("top_p", v -> new TopP(v.doubleValue()));
        FILTERS.put("min_p", v -> new MinP(v.doubleValue()));
        FILTERS.put("typical_p", v -> new Typical(v.doubleValue()));
        FILTERS.put("epsilon_cutoff", v -> new Epsilon(v.doubleValue()));
        FILTERS.put("eta_cutoff", v -> new Eta(v.doubleValue()));
    }

    @Test
    void whatStaysIsWhatTransformersKeeps() {
        JsonNode entries = JsonMapper.shared()
                .readTree(Golden.path("sampling/filters.json").toFile());
        assertThat(entries.size()).isGreaterThan(20);
        try (TensorFile file = TensorFile.open(Golden.path("sampling/filters.safetensors"));
                var _ = new Scope()) {
            float[] logits = Ops.floats(file.read("logits"));
            int vocabulary = (int) file.shape("logits")[1];
            for (JsonNode entry : entries) {
                float[] expected = Ops.floats(file.read(entry.get("tensor").stringValue()));
                for (int from = 0; from < logits.length; from += vocabulary) {
                    String what = entry.get("settings") + ", row " + from / vocabulary;
                    float[] scores = Arrays.copyOfRange(logits, from, from + vocabulary);
                    FILTERS.forEach((name, filter) -> {
                        if (entry.get("settings").has(name)) {
                            filter.apply(entry.get("settings").get(name)).apply(scores);
                        }
                    });
                    compare(what, scores, Arrays.copyOfRange(expected, from, from + vocabulary));
                }
            }
        }
    }

    private static void compare(String what, float[] scores, float[] expected) {
        Distribution found = Distribution.of(scores);
        for (int i = 0; i < expected.length; i++) {
            if (expected[i] == Float.NEGATIVE_INFINITY) {
                assertThat(scores[i]).as(what + ", token " + i).isEqualTo(Float.NEGATIVE_INFINITY);
            } else {
                assertThat(found.logProbability(i)).as(what + ", token " + i).isCloseTo(expected[i], within(1e-5));
            }
        }
    }
}
