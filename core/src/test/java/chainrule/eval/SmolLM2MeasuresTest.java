package chainrule.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chainrule.Golden;
import chainrule.eval.Coherence.Passage;
import chainrule.local.LocalModel;
import chainrule.nn.Compute;
import chainrule.text.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Coherence and isotropy under SmolLM2-135M-Instruct, against the authors' scripts with transformers in float32. */
@Tag("model")
class SmolLM2MeasuresTest {
    private static final String MODEL = "models/smollm2-135m-instruct-q4_1/model.gguf";
    private static final JsonNode REFERENCE = GoldenJson.read("text-metrics/smollm2.json");
    private static final double TOLERANCE = 2e-3;

    private static Optional<LocalModel> model() {
        Optional<Path> file = Golden.shared(MODEL);
        if (file.isEmpty()) {
            System.out.println("model: shared/" + MODEL + " is absent, so its coherence and isotropy are not compared");
        }
        return file.map(f -> LocalModel.open(f.toString(), Compute.F32));
    }

    @Test
    void continuationsHaveTheReferencesCoherence() {
        LocalModel lm = model().orElse(null);
        if (lm == null) {
            return;
        }
        try (lm) {
            JsonNode file = REFERENCE.get("coherence");
            OptionalInt begin = OptionalInt.of(file.get("bos").intValue());
            Tokenizer tokenizer = lm.prompts().tokenizer();
            var coherence = new Coherence(lm.lm(), Reading.FORWARD);
            for (JsonNode c : file.get("items")) {
                Passage passage = passage(c);
                assertThat(tokenizer.ids(passage.continuation(), false))
                        .isEqualTo(GoldenJson.ints(c.get("continuation_ids")));
                if (c.get("skipped").booleanValue()) {
                    assertThat(coherence.mean(tokenizer, begin, List.of(passage)))
                            .isEmpty();
                } else {
                    double expected = c.get("coherence").doubleValue();
                    assertThat(coherence
                                    .mean(tokenizer, begin, List.of(passage))
                                    .orElseThrow())
                            .isCloseTo(expected, within(TOLERANCE));
                    int[] prefix = GoldenJson.ints(c.get("prefix_ids"));
                    int[] continuation = GoldenJson.ints(c.get("continuation_ids"));
                    assertThat(coherence.of(prefix, continuation)).isCloseTo(expected, within(TOLERANCE));
                }
            }
            List<Passage> all = GoldenJson.stream(file.get("items"))
                    .map(SmolLM2MeasuresTest::passage)
                    .toList();
            assertThat(coherence.mean(tokenizer, begin, all).orElseThrow())
                    .isCloseTo(file.get("mean").doubleValue(), within(TOLERANCE));
        }
    }

    private static Passage passage(JsonNode c) {
        return new Passage(c.get("prefix").stringValue(), c.get("continuation").stringValue());
    }

    @Test
    void textsHaveTheReferencesIsotropy() {
        LocalModel lm = model().orElse(null);
        if (lm == null) {
            return;
        }
        try (lm) {
            JsonNode file = REFERENCE.get("isotropy");
            Tokenizer tokenizer = lm.prompts().tokenizer();
            for (JsonNode text : file.get("texts")) {
                List<String> one = List.of(text.get("text").stringValue());
                assertThat(tokenizer.ids(one.getFirst(), false)).isEqualTo(GoldenJson.ints(text.get("ids")));
                Isotropy found = Isotropy.of(lm.lm(), tokenizer, one, 0);
                assertThat(found.pairs()).isEqualTo(text.get("pairs").longValue());
                assertThat(found.pairSum())
                        .isCloseTo(text.get("pair_sum").doubleValue(), within(TOLERANCE * (1 + found.pairs())));
            }
            List<String> all = GoldenJson.stream(file.get("texts"))
                    .map(t -> t.get("text").stringValue())
                    .toList();
            assertThat(Isotropy.of(lm.lm(), tokenizer, all, 0).value())
                    .isCloseTo(file.get("isotropy").doubleValue(), within(TOLERANCE));
            assertThat(Isotropy.of(lm.lm(), tokenizer, all, 1).value())
                    .isCloseTo(file.get("isotropy_without_position_0").doubleValue(), within(TOLERANCE));
        }
    }
}
