package chainrule.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chainrule.BadInput;
import chainrule.Golden;
import chainrule.checkpoint.Checkpoint;
import chainrule.model.CausalLM;
import chainrule.model.Decoder;
import chainrule.model.Input;
import chainrule.model.Tap;
import chainrule.model.Tiny;
import chainrule.model.family.Models;
import chainrule.nn.Compute;
import chainrule.tensor.Counter;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import chainrule.text.ByteTokenizer;
import chainrule.text.Tokenizer;
import java.util.Collections;
import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class IsotropyTest {
    private static Isotropy of(int width, float... rows) {
        try (var _ = new Scope()) {
            return Isotropy.of(Ops.tensor(rows, rows.length / width, width));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "gpt2"})
    void randomModelsHaveTheReferencesIsotropy(String model) {
        try (Decoder lm = Models.load(Checkpoint.open(Golden.path("models/" + model)));
                CausalLM fast = lm.forDecoding(Compute.F32)) {
            for (JsonNode c : GoldenJson.read("text-metrics/models.json").get("isotropy_ids")) {
                if (c.get("model").stringValue().equals(model)) {
                    List<int[]> texts = GoldenJson.stream(c.get("texts"))
                            .map(t -> GoldenJson.ints(t.get("ids")))
                            .toList();
                    for (int i = 0; i < texts.size(); i++) {
                        JsonNode expected = c.get("texts").get(i);
                        Isotropy found = Isotropy.of(lm, texts.subList(i, i + 1), 0);
                        assertThat(found.pairs())
                                .isEqualTo(expected.get("pairs").longValue());
                        // The reference sums T² cosines in float32.
                        assertThat(found.pairSum())
                                .isCloseTo(expected.get("pair_sum").doubleValue(), within(2e-5 * (1 + found.pairs())));
                    }
                    Isotropy all = Isotropy.of(lm, texts, 0);
                    assertThat(all.selfSimilarity())
                            .isCloseTo(c.get("self_similarity").doubleValue(), within(2e-5));
                    assertThat(all.value()).isCloseTo(c.get("isotropy").doubleValue(), within(2e-5));
                    assertThat(Isotropy.of(fast, texts, 0).value())
                            .isCloseTo(c.get("isotropy").doubleValue(), within(2e-5));
                }
            }
        }
    }

    @Test
    void vectorsByHandHaveTheirIsotropy() {
        assertThat(of(2, 1, 0, 0, 1, 1, 1).selfSimilarity()).isCloseTo(0.471405, within(1e-6));
        assertThat(of(2, 1, 0, 0, 1, 1, 1).value()).isCloseTo(0.528595, within(1e-6));
        assertThat(of(3, 1, 0, 0, 0, 1, 0, 0, 0, 1).value()).isCloseTo(1, within(1e-12));
        assertThat(of(2, 3, 4, 3, 4, 3, 4).value()).isCloseTo(0, within(1e-12));
        assertThat(of(2, 1, 0, -1, 0).value()).isCloseTo(2, within(1e-12));
    }

    @Test
    void aVectorsLengthChangesNothingAndAZeroVectorIsLikeNone() {
        assertThat(of(2, 1, 2, 3, -1, 0.5f, 1).pairSum())
                .isCloseTo(of(2, 10, 20, 0.3f, -0.1f, 0.5f, 1).pairSum(), within(1e-6));
        assertThat(of(2, 1, 0, 0, 0, 1, 0)).isEqualTo(new Isotropy(2, 6));
    }

    @Test
    void theCheapSumIsThatOfAllPairs() {
        Counter random = Counter.of(5, "vectors");
        float[] rows = new float[20 * 7];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (float) random.normal(i);
        }
        double sum = 0;
        for (int i = 0; i < 20; i++) {
            for (int j = 0; j < 20; j++) {
                sum += i == j ? 0 : cosine(rows, i * 7, j * 7);
            }
        }
        assertThat(of(7, rows).pairSum()).isCloseTo(sum, within(1e-6));
    }

    private static double cosine(float[] rows, int a, int b) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < 7; i++) {
            dot += (double) rows[a + i] * rows[b + i];
            aa += (double) rows[a + i] * rows[a + i];
            bb += (double) rows[b + i] * rows[b + i];
        }
        return dot / Math.sqrt(aa * bb);
    }

    @Test
    void theFirstPositionCanBeLeftOut() {
        int[] text = Tiny.ids(12, 1);
        try (Decoder lm = Tiny.decoder(Tiny.gpt2(), 2);
                var _ = new Scope();
                var _ = new NoGradGuard()) {
            Tensor hidden =
                    lm.forward(Input.of(Ops.ids(new int[][] {text})), Tap.NONE).hidden();
            Isotropy found = Isotropy.of(lm, List.of(text, new int[] {3}), 1);
            assertThat(found.pairs()).isEqualTo(11 * 10);
            assertThat(found.pairSum())
                    .isCloseTo(Isotropy.of(Ops.slice(hidden, 0, 1, 12)).pairSum(), within(1e-9));
        }
    }

    @Test
    void textsAreTakenAsTheAuthorsScriptTakesThem() {
        try (Decoder lm = Tiny.decoder(Tiny.gpt2(), 2);
                Tokenizer bytes = new ByteTokenizer()) {
            List<String> texts = List.of(" ABC\u00a0\n", "X ", "", "🙂", "AB".repeat(150));
            assertThat(Isotropy.taken(bytes, texts))
                    .containsExactly(bytes.ids("ABC", false), bytes.ids("AB".repeat(128), false));
            assertThat(Isotropy.taken(bytes, Collections.nCopies(2001, "AB"))).hasSize(2000);
            assertThat(Isotropy.of(lm, bytes, List.of(" ABC\n", "Z"), 0))
                    .isEqualTo(Isotropy.of(lm, List.<int[]>of(bytes.ids("ABC", false)), 0));
        }
    }

    @Test
    void withoutPairsThereIsNone() {
        assertThatThrownBy(() -> of(2, 1, 0).value())
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("two tokens or more");
        try (Decoder lm = Tiny.decoder(Tiny.gpt2(), 2)) {
            assertThat(Isotropy.of(lm, List.of(), 0).pairs()).isZero();
            assertThatThrownBy(() -> Isotropy.of(lm, List.<int[]>of(new int[0]), 0))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("without tokens");
        }
    }
}
