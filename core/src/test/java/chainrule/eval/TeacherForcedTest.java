package chainrule.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chainrule.BadInput;
import chainrule.Golden;
import chainrule.checkpoint.Safetensors;
import chainrule.checkpoint.TensorFile;
import chainrule.model.Decoder;
import chainrule.model.Input;
import chainrule.model.Tap;
import chainrule.model.Tiny;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

class TeacherForcedTest {
    private static TensorFile tensors() {
        return Safetensors.open(Golden.path("text-metrics/tensors.safetensors"));
    }

    private static int[] ints(Tensor t) {
        return Arrays.stream(Ops.longs(t)).mapToInt(Math::toIntExact).toArray();
    }

    @Test
    void predictionsAreJudgedAsInTheReference() {
        try (TensorFile file = tensors();
                var _ = new Scope()) {
            for (JsonNode c :
                    GoldenJson.read("text-metrics/unlikelihood_metrics.json").get("next_token")) {
                String name = "welleck" + c.get("case").intValue();
                int[] targets = ints(file.read(name + ".targets"));
                var found = new TeacherForced(List.of(TeacherForced.Text.of(file.read(name + ".logits"), targets)));
                JsonNode expected = c.get("normalised");
                assertThat(found.tokens()).isEqualTo(c.at("/sums/normalizer").longValue());
                assertThat(found.meanRank())
                        .isCloseTo(expected.get("target_rank").doubleValue(), within(1e-9));
                assertThat(found.medianRank())
                        .isEqualTo(c.at("/sums/median_target_rank").intValue());
                assertThat(found.hits(1)).isCloseTo(expected.get("hits_at_1").doubleValue(), within(1e-9));
                assertThat(found.hits(10)).isCloseTo(expected.get("hits_at_10").doubleValue(), within(1e-9));
                for (int l : new int[] {16, 32, 128, 512}) {
                    assertThat(found.rep(l))
                            .isCloseTo(expected.get("repeat_at_1/" + l).doubleValue(), within(1e-9));
                    assertThat(found.wrep(l))
                            .isCloseTo(expected.get("wrong_repeat_at_1/" + l).doubleValue(), within(1e-9));
                    assertThat(found.humanRep(l))
                            .isCloseTo(expected.get("human_repeat_at_1/" + l).doubleValue(), within(1e-9));
                }
                for (var window : c.get("windows").properties()) {
                    int l = Integer.parseInt(window.getKey());
                    double[] counts = {
                        found.rep(l) * targets.length,
                        found.wrep(l) * targets.length,
                        found.humanRep(l) * targets.length
                    };
                    assertThat(counts).containsExactly(GoldenJson.doubles(window.getValue()), within(1e-9));
                }
            }
        }
    }

    @Test
    void wrongRepetitionsOfPredictionsAreTheReferences() {
        try (TensorFile file = tensors();
                var _ = new Scope()) {
            for (JsonNode c : GoldenJson.read("text-metrics/lit_seq_teacher_forced.json")) {
                Tensor logits = file.read("lit_seq." + c.get("logits").stringValue());
                Tensor labels = file.read("lit_seq." + c.get("labels").stringValue());
                var found = new TeacherForced(IntStream.range(0, (int) labels.size(0))
                        .mapToObj(b -> TeacherForced.Text.of(logits.select(0, b), ints(labels.select(0, b))))
                        .toList());
                double all = c.get("num_total_tf").doubleValue();
                assertThat((double) found.tokens()).isEqualTo(all);
                assertThat(found.hits(1) * all).isCloseTo(c.get("correct_tf").doubleValue(), within(1e-9));
                assertThat(found.wrongAgain() * all)
                        .isCloseTo(c.get("num_rep_tf").doubleValue(), within(1e-9));
            }
        }
    }

    @Test
    void aTextByHandHasItsShares() {
        var found = new TeacherForced(List.of(
                new TeacherForced.Text(new int[] {5, 6, 5, 7}, new int[] {5, 5, 6, 5}, new int[] {0, 1, 2, 3}),
                new TeacherForced.Text(new int[] {8}, new int[] {5}, new int[] {4})));
        assertThat(found.rep(1)).isEqualTo(3 / 5.0);
        assertThat(found.wrep(2)).isEqualTo(3 / 5.0);
        assertThat(found.humanRep(1)).isZero();
        assertThat(found.humanRep(2)).isEqualTo(1 / 5.0);
        assertThat(found.wrongAgain()).isEqualTo(2 / 5.0);
        assertThat(found.uniq()).isEqualTo(2);
        assertThat(found.meanRank()).isEqualTo(2);
        assertThat(found.medianRank()).isEqualTo(2);
        var four = new TeacherForced(found.texts().subList(0, 1));
        assertThat(four.medianRank()).as("the lower of two").isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Reading.class)
    void aModelsPredictionsAreThoseOfItsLogits(Reading reading) {
        int[] text = Tiny.ids(40, 3);
        try (Decoder lm = Tiny.decoder(Tiny.llama(), 1);
                var _ = new Scope();
                var _ = new NoGradGuard()) {
            TeacherForced found = TeacherForced.of(lm, List.of(text, new int[] {4}, Tiny.ids(2, 4)), reading);
            Tensor logits =
                    lm.forward(Input.of(Ops.ids(new int[][] {text})), Tap.NONE).logits(0, 39);
            var expected = TeacherForced.Text.of(logits, Arrays.copyOfRange(text, 1, 40));
            assertThat(found.texts()).hasSize(2);
            assertThat(found.texts().getFirst().predicted()).isEqualTo(expected.predicted());
            assertThat(found.texts().getFirst().ranks()).isEqualTo(expected.ranks());
            assertThat(found.tokens()).isEqualTo(40);
        }
    }

    @Test
    void textsWithoutPredictionsAreRefused() {
        try (Decoder lm = Tiny.decoder(Tiny.llama(), 1)) {
            assertThatThrownBy(() -> TeacherForced.of(lm, List.of(new int[] {1}), Reading.FORWARD))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("two tokens or more");
        }
    }
}
