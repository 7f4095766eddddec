package chainrule.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chainrule.objective.distil.Atkd;
import chainrule.objective.distil.Compared;
import chainrule.objective.distil.Compared.Distribution;
import chainrule.objective.distil.Decoupled;
import chainrule.objective.distil.Divergence;
import chainrule.objective.distil.Parts;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class DecoupledTest extends DivergenceContract {
    @Override
    Divergence divergence() {
        return new Decoupled(0.4, 1.5, 1);
    }

    private static Distribution of(Tensor z) {
        return Distribution.of(z.to(ScalarType.Double));
    }

    @Test
    void thePartsAddUpToTheDivergenceInBothDirections() {
        try (var _ = new Scope()) {
            Tensor target = Ops.ids(0, 3, 8, 5);
            Compared rows = new Compared(
                    of(Ops.mul(torch.arange(new Scalar(36)).reshape(4, 9).sin(), 5)),
                    of(Ops.mul(torch.arange(new Scalar(36)).reshape(4, 9).cos(), 3)),
                    target);
            for (Compared c : new Compared[] {rows, rows.exchanged()}) {
                Parts parts = Parts.of(c);
                Tensor sum = parts.target().add(parts.uncertainty().mul(parts.diversity()));
                assertThat(sum.sub(c.kl()).abs().max().item_double()).isLessThan(1e-12);
                assertThat(parts.diversity().min().item_double()).isPositive();
            }
        }
    }

    @Test
    void ofTwoTokensThereIsNoDiversity() {
        try (var _ = new Scope()) {
            Tensor z = Ops.tensor(new float[] {1, -1, 0, 3}, 2, 2).set_requires_grad(true);
            Parts parts = Parts.of(new Compared(of(Ops.tensor(new float[] {2, 0, 1, 1}, 2, 2)), of(z), Ops.ids(0, 1)));
            assertThat(Ops.floats(parts.diversity())).containsOnly(0);
            parts.diversity().add(parts.target()).sum().backward();
            assertThat(z.grad().isfinite().all().item_bool()).isTrue();
        }
    }

    @Test
    void ofACertainTeacherTheTargetPartIsTheCrossEntropy() {
        try (var _ = new Scope()) {
            float none = Float.NEGATIVE_INFINITY;
            for (float far : new float[] {-1000, none}) {
                Distribution teacher = of(Ops.tensor(new float[] {far, 0, far}, 1, 3));
                Distribution student = of(Ops.tensor(new float[] {1, -1, 0.5f}, 1, 3));
                Parts parts = Parts.of(new Compared(teacher, student, Ops.ids(1)));
                double entropy = -student.log().select(1, 1).item_double();
                assertThat(parts.uncertainty().item_double()).isZero();
                assertThat(parts.target().item_double()).isCloseTo(entropy, within(1e-12));
                assertThat(new Compared(teacher, student, Ops.ids(1)).kl().item_double())
                        .isCloseTo(entropy, within(1e-12));
            }
        }
    }

    @Test
    void aStudentThatIsAlmostSureKeepsItsGradient() {
        try (var _ = new Scope()) {
            Tensor z = Ops.tensor(new float[] {40, 0, 1}, 1, 3).set_requires_grad(true);
            Distribution teacher = Distribution.of(Ops.tensor(new float[] {1, 0, 1}, 1, 3));
            Parts parts = Parts.of(new Compared(teacher, Distribution.of(z), Ops.ids(0)));
            double rest = 1 - Math.E / (2 * Math.E + 1);
            double expected = (1 - rest) * Math.log(1 - rest) + rest * (Math.log(rest) + 40 - Math.log1p(Math.E));
            assertThat(parts.target().item_double()).isCloseTo(expected, within(1e-5));
            parts.target().backward();
            assertThat(z.grad().select(1, 0).item_double()).isCloseTo(rest, within(1e-6));
        }
    }

    @Test
    void withAllRowsHardAdaptiveTeachingIsBothPartsWithoutTheUncertainty() {
        try (var lm = net();
                var _ = new Scope()) {
            double both = new Distillation(new Decoupled(), Bigram.tiny())
                    .sum(lm, batch())
                    .item_double();
            var all = new Atkd(0, 1, Atkd.Direction.FORWARD, 1);
            assertThat(new Distillation(all, Bigram.tiny()).sum(lm, batch()).item_double())
                    .isCloseTo(both, within(1e-9 * both));
        }
    }

    @Test
    void aNegativeWeightIsRefused() {
        assertThatThrownBy(() -> new Decoupled(-1, 1, 1)).hasMessageContaining("from 0 on");
    }
}
