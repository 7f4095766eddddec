package chainrule.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import chainrule.Spec;
import chainrule.decode.rule.AllowedBy;
import chainrule.decode.rule.Rules;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class DolaTest extends DecodingContract {
    @Override
    protected Decoding method() {
        return new Dola(new EarlyLayers.Listed(List.of(1, 2)), 0.05);
    }

    @Test
    void theLayersAreThoseOfTheModelsDepth() {
        EarlyLayers low = new EarlyLayers.Low();
        EarlyLayers high = new EarlyLayers.High();
        assertThat(low.of(30, true)).containsExactly(2, 4, 6, 8, 10, 12, 14);
        assertThat(low.of(32, false)).containsExactly(0, 2, 4, 6, 8, 10, 12, 14);
        assertThat(high.of(32, false)).containsExactly(16, 18, 20, 22, 24, 26, 28, 30);
        assertThat(low.of(60, false)).containsExactly(0, 2, 4, 6, 8, 10, 12, 14, 16, 18);
        assertThat(high.of(60, true)).containsExactly(40, 42, 44, 46, 48, 50, 52, 54, 56, 58);
        assertThat(low.of(4, true)).containsExactly(2);
        assertThat(low.of(2, true)).containsExactly(1);
        assertThat(low.of(1, true)).containsExactly(0);
        assertThat(high.of(1, false)).containsExactly(0);
        assertThatThrownBy(() -> low.of(3, true))
                .isInstanceOf(BadInput.class)
                .hasMessage("A model of 3 layers has none of these: list them.");
    }

    @Test
    void rulesThatForbidEveryTokenOfTheContrastLeaveTheMostProbableOfTheOthers() {
        try (Toy lm = new Toy(VOCABULARY, 100);
                Engine engine = new Engine(lm)) {
            Rules rules = Rules.of(new AllowedBy((path, token) -> token % 7 == path.length() % 7));
            Request request = Request.of(1, 2).with(rules).withMaxTokens(30);
            assertThat(engine.run(request.with(new Dola(new EarlyLayers.Listed(List.of(1)), 1)))
                            .ids())
                    .containsExactly(engine.run(request).ids());
        }
    }

    @Test
    void onlyTheBestTokenIsLeftWhereTheTopIsAll() {
        try (Toy lm = new Toy(VOCABULARY, 100);
                Engine engine = new Engine(lm)) {
            Request request = Request.of(1, 2).withMaxTokens(30);
            int[] greedy = engine.run(request).ids();
            assertThat(engine.run(request.with(new Dola(new EarlyLayers.High(), 1)))
                            .ids())
                    .containsExactly(greedy);
            assertThat(engine.run(request.with(method())).ids()).isNotEqualTo(greedy);
        }
    }

    @Test
    void aTokenThatNoLayerThinksPossibleAddsNothingToADivergence() {
        try (var _ = new Scope()) {
            Tensor last = Ops.logSoftmax(Ops.tensor(new float[] {1, 0, -1000}, 1, 3), -1);
            Tensor early = Ops.logSoftmax(Ops.tensor(new float[] {1, 0, -1000, 0, 1, -1000}, 2, 3), -1);
            float[] found = Dola.divergences(last, early);
            assertThat(found[0]).isZero();
            assertThat(found[1]).isPositive();
        }
    }

    @Test
    void impossibleSettingsAreRefused() {
        for (double top : new double[] {0, 1.1, Double.NaN}) {
            assertThatThrownBy(() -> new Dola(new EarlyLayers.Low(), top))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("top");
        }
        assertThatThrownBy(() -> new EarlyLayers.Listed(List.of())).isInstanceOf(BadInput.class);
        assertThatThrownBy(() -> new EarlyLayers.Listed(List.of(-1))).isInstanceOf(BadInput.class);
        try (Toy lm = new Toy(VOCABULARY, 100);
                Engine engine = new Engine(lm)) {
            Request request = Request.of(1).with(new Dola(new EarlyLayers.Listed(List.of(1, 4)), 0.1));
            assertThatThrownBy(() -> engine.run(request))
                    .isInstanceOf(BadInput.class)
                    .hasMessage("Layer 4 is no early one: the model's last is layer 4.");
            assertThat(lm.passes()).isZero();
        }
    }

    @Test
    void itIsNamedOnACommandLine() {
        assertThat(Spec.parse("dola:layers=high", Decoding.class)).isEqualTo(new Dola(new EarlyLayers.High(), 0.1));
        assertThat(Spec.parse("dola:layers=(listed:[2;4]),top=0.2", Decoding.class))
                .isEqualTo(new Dola(new EarlyLayers.Listed(List.of(2, 4)), 0.2));
    }
}
