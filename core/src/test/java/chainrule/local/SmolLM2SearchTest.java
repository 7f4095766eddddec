package chainrule.local;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.decode.ContrastiveSearch;
import chainrule.decode.Request;
import chainrule.nn.Compute;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Searches that are neither greedy nor beams with SmolLM2-135M-Instruct, against original implementations in float32. */
@Tag("model")
class SmolLM2SearchTest {
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
}
