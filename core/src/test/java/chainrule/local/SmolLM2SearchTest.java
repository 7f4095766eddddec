package chainrule.local;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.Golden;
import chainrule.Spec;
import chainrule.decode.ContrastiveSearch;
import chainrule.decode.Momentum;
import chainrule.decode.Request;
import chainrule.decode.Resistance;
import chainrule.nn.Compute;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Searches that are neither greedy nor beams with SmolLM2-135M-Instruct, against original implementations in float32. */
@Tag("model")
class SmolLM2SearchTest {
    private static final String MOMENTUM = "golden/papers/momentum-decoding/smollm2.json";

    @ParameterizedTest
    @CsvSource({"4,0.6", "8,0.4"})
    void contrastiveSearchGivesTheReferencesTokens(int k, double alpha) throws IOException {
        Path folder = SmolLM2Test.folder().orElse(null);
        if (folder == null) {
            return;
        }
        try (LocalModel lm = SmolLM2Test.open(folder, Compute.F32)) {
            for (JsonNode c : SmolLM2Test.reference(folder, "cases.json")) {
                int[] expected = SmolLM2Test.ids(
                        c.get("contrastive_k" + k + "_alpha" + alpha).get("ids"));
                Request request = lm.request(SmolLM2Test.ids(c.get("ids")))
                        .with(new ContrastiveSearch(k, alpha))
                        .withMaxTokens(64);
                assertThat(lm.run(request).ids()).containsExactly(expected);
            }
        }
    }

    /** The reference's texts end before the first choice that was close. */
    @Test
    void momentumDecodingGivesTheReferencesTokens() throws IOException {
        Path folder = SmolLM2Test.folder().orElse(null);
        Path cases = Golden.shared(MOMENTUM).orElse(null);
        if (folder == null || cases == null) {
            System.out.println("model: shared/" + MOMENTUM + " or the model is absent, so nothing is compared with it");
            return;
        }
        try (LocalModel lm = SmolLM2Test.open(folder, Compute.F32)) {
            for (JsonNode c : JsonMapper.shared().readTree(cases.toFile())) {
                Resistance resistance = Spec.parse(c.get("table").stringValue().replace('_', '-'), Resistance.class);
                double alpha = c.get("alpha").doubleValue();
                int[] expected = SmolLM2Test.ids(c.get("ids"));
                Request request = lm.request(SmolLM2Test.ids(c.get("prompt_ids")))
                        .with(new Momentum(c.get("k").intValue(), alpha, resistance, true, true))
                        .withMaxTokens(expected.length);
                assertThat(lm.run(request).ids())
                        .as(c.get("name").stringValue())
                        .containsExactly(expected);
            }
        }
    }
}
