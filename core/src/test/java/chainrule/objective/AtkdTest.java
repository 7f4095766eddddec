package chainrule.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chainrule.model.CausalLM;
import chainrule.model.Input;
import chainrule.objective.distil.Atkd;
import chainrule.objective.distil.Atkd.Direction;
import chainrule.objective.distil.Divergence;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AtkdTest extends DivergenceContract {
    private static final float[] P = {.7f, .2f, .1f, .4f, .5f, .1f, .9f, .06f, .04f, .25f, .25f, .5f};
    private static final float[] Q = {.5f, .3f, .2f, .3f, .3f, .4f, .6f, .1f, .3f, .2f, .5f, .3f};

    @Override
    Divergence divergence() {
        return new Atkd(0.3, 0.6, Direction.REVERSE, 1);
    }

    /** A batch's threshold is its own, so that its rows add up in number and not in loss. */
    @Test
    @Override
    void theRowsOfABatchAddUpToTheBatch() {
        try (var lm = net();
                var _ = new Scope()) {
            List<Batch> rows = new ArrayList<>();
            IntStream.range(0, 4).forEach(b -> rows.add(row(batch(), b)));
            assertThat(rows.stream().mapToDouble(objective()::terms).sum())
                    .isEqualTo(objective().terms(batch()));
            double apart = rows.stream()
                    .mapToDouble(r -> objective().sum(lm, r).item_double())
                    .sum();
            assertThat(apart).isNotCloseTo(objective().sum(lm, batch()).item_double(), within(1e-3));
        }
    }

    private static Tensor student() {
        return Ops.tensor(Q, 1, 4, 3).log().set_requires_grad(true);
    }

    private static Tensor mean(Atkd atkd, Tensor teacher, Tensor student, int... targets) {
        Tensor y = Ops.ids(new int[][] {targets});
        Batch batch = new Batch(Input.of(y), y, torch.ones(1, targets.length));
        return Ops.mul(
                new Distillation(atkd, new GivenTeacher(teacher)).sum(new Given(student, true), batch),
                1.0 / targets.length);
    }

    @ParameterizedTest
    @CsvSource({
        "0.2,FORWARD,.228573",
        "1,FORWARD,.273838",
        "0,FORWARD,.217256",
        "0.2,REVERSE,.241116",
    })
    void theWorkedExampleAgrees(double lambda, Direction direction, double expected) {
        try (var _ = new Scope()) {
            Tensor found = mean(
                    new Atkd(lambda, 0.5, direction, 1), Ops.tensor(P, 1, 4, 3).log(), student(), 0, 0, 0, 2);
            assertThat(found.item_double()).isCloseTo(expected, within(1e-6));
        }
    }

    /** The teacher's uncertainties are .3, .6, .1 and .5. */
    @ParameterizedTest
    @CsvSource({"1,0", "0.8,0", "0.67,0", "0.66,1", "0.5,1", "0.34,1", "0.33,2", "0.01,2"})
    void theSurestRowsAreEasy(double hard, int easy) {
        try (var _ = new Scope()) {
            Tensor z = student();
            mean(new Atkd(1, hard, Direction.FORWARD, 1), Ops.tensor(P, 1, 4, 3).log(), z, 0, 0, 0, 2)
                    .backward();
            float[] moved = Ops.floats(z.grad().abs().sum(2));
            assertThat(IntStream.range(0, 4).filter(r -> moved[r] > 0).toArray())
                    .isEqualTo(new int[][] {{}, {2}, {0, 2}}[easy]);
        }
    }

    @Test
    void easyRowsGiveTheTargetsLogitNoGradientAtAll() {
        try (var _ = new Scope()) {
            Tensor z = student();
            mean(new Atkd(1, 0.5, Direction.FORWARD, 1), Ops.tensor(P, 1, 4, 3).log(), z, 0, 0, 0, 2)
                    .backward();
            float[] easy = Ops.floats(z.grad().select(1, 2));
            assertThat(easy[0]).isZero();
            assertThat(easy[1]).isNotZero();
        }
    }

    @Test
    void whereTheTeacherIsAsSureOfAllRowsAllAreHard() {
        try (var _ = new Scope()) {
            Tensor teacher = Ops.zeros(ScalarType.Float, 1, 4, 3);
            Tensor z = student();
            double hard = mean(new Atkd(0, 0.5, Direction.FORWARD, 1), teacher, z, 0, 1, 2, 2)
                    .item_double();
            double all = mean(new Atkd(0, 1, Direction.FORWARD, 1), teacher, z, 0, 1, 2, 2)
                    .item_double();
            assertThat(hard).isEqualTo(all).isPositive();
            Tensor easy = mean(new Atkd(1, 0.5, Direction.FORWARD, 1), teacher, z, 0, 1, 2, 2);
            easy.backward();
            assertThat(easy.item_double()).isZero();
            assertThat(z.grad().abs().max().item_double()).isZero();
        }
    }

    @Test
    void theThresholdIsThatOfTheWholeBatchHoweverItsRowsAreCut() {
        Objective cut = Distillation.parse("0*next-token:chunk=2 + atkd", Bigram.tiny());
        try (var lm = (CausalLM) net();
                var _ = new Scope()) {
            Loss whole = new Distillation(new Atkd(), Bigram.tiny()).loss(lm, batch(), 1);
            assertThat(cut.loss(lm, batch(), 1, 1).sums()[1]).isCloseTo(whole.sums()[0], within(1e-9));
        }
    }

    @Test
    void settingsOutsideTheirRangeAreRefused() {
        assertThatThrownBy(() -> new Atkd(1.1, 0.5, Direction.FORWARD, 1)).hasMessageContaining("lambda");
        assertThatThrownBy(() -> new Atkd(0.2, 0, Direction.FORWARD, 1)).hasMessageContaining("hard");
        assertThatThrownBy(() -> new Atkd(0.2, 0.5, Direction.FORWARD, 0)).hasMessageContaining("temperature");
    }
}
