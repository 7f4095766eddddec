package chainrule.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chainrule.Spec;
import chainrule.model.CausalLM;
import chainrule.model.Tap;
import chainrule.objective.distil.Divergence;
import chainrule.objective.distil.ModelTeacher;
import chainrule.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

/** What holds for every divergence from a teacher. */
abstract class DivergenceContract extends ObjectiveContract {
    abstract Divergence divergence();

    @Override
    Mean objective() {
        return new Distillation(divergence(), Bigram.tiny());
    }

    @Test
    void fromItselfAModelHasNoDistanceAndNothingToLearn() {
        try (CausalLM lm = (CausalLM) net();
                var _ = new Scope()) {
            Tensor own = lm.forward(batch().input(), Tap.NONE)
                    .logits(0, 36)
                    .to(ScalarType.Double)
                    .unflatten(0, 4, 9);
            for (boolean head : new boolean[] {true, false}) {
                Tensor z = own.clone().detach().set_requires_grad(true);
                Tensor sum = new Distillation(divergence(), new GivenTeacher(own)).sum(new Given(z, head), batch());
                sum.backward();
                assertThat(sum.item_double()).isCloseTo(0, within(1e-12));
                assertThat(z.grad().abs().max().item_double()).isLessThan(1e-12);
            }
        }
    }

    @Test
    void aModelThatTeachesItselfHasNoDistanceWhetherItShowsItsHeadOrNot() {
        try (CausalLM lm = (CausalLM) net();
                var _ = new Scope()) {
            for (CausalLM form : new CausalLM[] {lm, new WithoutHeadWeight(lm)}) {
                Mean same = new Distillation(divergence(), new ModelTeacher(form, "itself"));
                assertThat(same.sum(lm, batch()).item_double()).isCloseTo(0, within(1e-4));
            }
        }
    }

    @Test
    void anotherModelIsAPositiveDistanceAway() {
        try (CausalLM lm = (CausalLM) net();
                var _ = new Scope()) {
            assertThat(objective().sum(lm, batch()).item_double()).isPositive();
        }
    }

    @Test
    void rowsInChunksAreWhatAllAreAtOnce() {
        try (CausalLM lm = (CausalLM) net();
                var _ = new Scope()) {
            double whole = objective().sum(lm, batch()).item_double();
            Objective chunks =
                    Distillation.parse("0*next-token:chunk=3 + " + Spec.format((Record) divergence()), Bigram.tiny());
            assertThat(chunks.loss(lm, batch(), 1, 1).total().item_double()).isCloseTo(whole, within(1e-9 * whole));
            assertThat(chunks.loss(new WithoutHeadWeight(lm), batch(), 1, 1)
                            .total()
                            .item_double())
                    .isCloseTo(whole, within(1e-5 * whole));
        }
    }

    @Test
    void itReadsAsItIsWritten() {
        String text = Spec.format((Record) divergence());
        assertThat(Distillation.parse(text, Bigram.tiny())).isEqualTo(objective());
        assertThat(objective()).hasToString(text + " of bigram 9");
        assertThat(objective().name()).isEqualTo(text.split(":", 2)[0]);
    }
}
