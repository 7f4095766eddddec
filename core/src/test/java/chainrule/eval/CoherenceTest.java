package chainrule.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chainrule.BadInput;
import chainrule.Golden;
import chainrule.checkpoint.Checkpoint;
import chainrule.eval.Coherence.Passage;
import chainrule.model.CausalLM;
import chainrule.model.Decoder;
import chainrule.model.Tiny;
import chainrule.model.family.Models;
import chainrule.nn.Compute;
import chainrule.text.ByteTokenizer;
import chainrule.text.Tokenizer;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class CoherenceTest {
    @ParameterizedTest
    @ValueSource(strings = {"llama", "gpt2"})
    void randomModelsFindTheReferencesCoherence(String model) {
        try (Decoder lm = Models.load(Checkpoint.open(Golden.path("models/" + model)));
                CausalLM fast = lm.forDecoding(Compute.F32)) {
            for (JsonNode c : GoldenJson.read("text-metrics/models.json").get("coherence_ids")) {
                if (c.get("model").stringValue().equals(model)) {
                    int[] prefix = GoldenJson.ints(c.get("prefix"));
                    int[] continuation = GoldenJson.ints(c.get("continuation"));
                    double expected = c.get("coherence").doubleValue();
                    assertThat(new Coherence(lm, Reading.FORWARD).of(prefix, continuation))
                            .isCloseTo(expected, within(2e-5));
                    assertThat(new Coherence(fast, Reading.DECODE).of(prefix, continuation))
                            .isCloseTo(expected, within(2e-5));
                }
            }
        }
    }

    @Test
    void aMeanLeavesBlankContinuationsOutAndPutsTheBeginningFirst() {
        try (Decoder lm = Tiny.decoder(Tiny.gpt2(), 1);
                Tokenizer bytes = new ByteTokenizer()) {
            var coherence = new Coherence(lm, Reading.FORWARD);
            List<Passage> passages = List.of(new Passage("AB", "CDE"), new Passage("X", " \n"), new Passage("", "FG"));
            double first = coherence.of(new int[] {0, 'A', 'B'}, new int[] {'C', 'D', 'E'});
            double third = coherence.of(new int[] {0}, new int[] {'F', 'G'});
            assertThat(coherence.mean(bytes, OptionalInt.of(0), passages).orElseThrow())
                    .isCloseTo((first + third) / 2, within(1e-9));
            assertThat(coherence.mean(bytes, OptionalInt.of(0), passages.subList(1, 2)))
                    .isEmpty();
        }
    }

    @Test
    void emptySidesAndTextsThatAreTooLongAreRefused() {
        try (Decoder lm = Tiny.decoder(Tiny.gpt2(), 1)) {
            var coherence = new Coherence(lm, Reading.FORWARD);
            int[] none = {};
            int[] some = {1, 2};
            assertThatThrownBy(() -> coherence.of(none, some)).isInstanceOf(BadInput.class);
            assertThatThrownBy(() -> coherence.of(some, none))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("at least one token");
            assertThatThrownBy(() -> coherence.of(Tiny.ids(60, 1), Tiny.ids(60, 2)))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("context of 64");
        }
    }
}
