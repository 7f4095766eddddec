package chainrule.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chainrule.BadInput;
import chainrule.Spec;
import chainrule.model.CausalLM;
import chainrule.model.Decoder;
import chainrule.model.Input;
import chainrule.model.Step;
import chainrule.model.Tap;
import chainrule.model.Tiny;
import chainrule.model.Wrapped;
import chainrule.tensor.Scope;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SumTest {
    private static final String ALL = "0.7*next-token + 30*z-loss + -0.25*z-loss:coefficient=0.01";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "next-token + 20*z-loss",
                ALL,
                "next-token:chunk=7 + contrastive-token:positions=7,window=2 + 0.5*unlikelihood + 3*sim-ctg",
                "sim-ctg + 2*sequence-unlikelihood:prefix=4,tokens=12,ngram=2 + label-smoothing",
                "2*next-token:chunk=5",
                "2*next-token:chunk=3 + 0*z-loss"
            })
    void aSumIsWhatItsMembersAreOneByOne(String text) {
        Objective sum = Objective.parse(text);
        try (Decoder lm = Samples.inFloat64(Tiny.decoder(Tiny.gpt2(), 3));
                var _ = new Scope()) {
            Batch batch = Samples.masked();
            double[] terms = sum.counts(batch);
            double value = 0;
            Map<String, Tensor> expected = new TreeMap<>();
            for (int k = 0; k < terms.length; k++) {
                Mean mean = sum.means().get(k).method();
                double weight = sum.means().get(k).weight() / terms[k];
                value += weight * mean.sum(lm, batch).item_double();
                gradients(lm, mean, batch, 1)
                        .forEach((path, g) -> expected.merge(path, g.mul(new Scalar(weight)), (a, b) -> a.add(b)));
            }
            for (CausalLM form : List.of(lm, new WithoutHeadWeight(lm))) {
                double tolerance = form == lm ? 1e-12 : 1e-6;
                assertThat(sum.loss(form, batch, terms).total().item_double()).isCloseTo(value, within(tolerance));
                try (var _ = new NoGradGuard()) {
                    assertThat(sum.loss(form, batch, terms).total().item_double())
                            .isCloseTo(value, within(tolerance));
                }
                assertClose(gradients(form, sum, batch, terms), expected, tolerance);
            }
        }
    }

    @Test
    void partsOfAStepAddUpToTheWholeWhereEachMeanHasItsOwnTerms() {
        Objective sum = Objective.parse(ALL);
        try (Decoder lm = Samples.inFloat64(Tiny.decoder(Tiny.gpt2(), 3));
                var _ = new Scope()) {
            Batch whole = Samples.masked();
            double[] terms = sum.counts(whole);
            Map<String, Tensor> apart = new TreeMap<>();
            double value = 0;
            for (int b = 0; b < 4; b++) {
                Batch row = ObjectiveContract.row(whole, b);
                value += sum.loss(lm, row, terms).total().item_double();
                gradients(lm, sum, row, terms).forEach((path, g) -> apart.merge(path, g, (x, y) -> x.add(y)));
            }
            assertThat(value).isCloseTo(sum.loss(lm, whole, terms).total().item_double(), within(1e-12));
            assertClose(apart, gradients(lm, sum, whole, terms), 1e-12);
        }
    }

    @Test
    void allMembersShareOnePass() {
        AtomicInteger passes = new AtomicInteger();
        try (Decoder lm = Tiny.decoder(Tiny.llama(), 3);
                var _ = new Scope()) {
            CausalLM counted = new Counted(lm, passes);
            Loss found = Objective.parse(ALL).loss(counted, Samples.masked(), 1, 1, 1);
            assertThat(passes).hasValue(1);
            assertThat(found.sums()).hasSize(3);
            assertThat(found.sums()[0])
                    .isEqualTo(new NextToken().sum(lm, Samples.masked()).item_double());
        }
    }

    @Test
    void aMeanWithoutTermsCountsAsNothing() {
        try (Decoder lm = Tiny.decoder(Tiny.llama(), 3);
                var _ = new Scope()) {
            Batch none = ObjectiveContract.row(Samples.masked(), 1);
            Loss found = Objective.parse(ALL).loss(lm, none, 0, 0, 0);
            assertThat(found.total().item_double()).isZero();
        }
    }

    @Test
    void aLossMayLookAtAllLogitsBeforeTraining() {
        try (Decoder lm = Tiny.decoder(Tiny.llama(), 3);
                var _ = new Scope()) {
            Batch batch = Samples.masked();
            Step step = lm.forward(batch.input(), Tap.NONE);
            for (CausalLM form : List.of(lm, new WithoutHeadWeight(lm))) {
                HeadPass pass = new HeadPass(form, step, batch, 4);
                double[] seen = new double[2];
                pass.each(c -> {
                    assertThat(c.logits().requires_grad()).isFalse();
                    seen[0] += c.logP().size(0);
                    seen[1] -= c.weighed(c.ofTarget(c.logP())).item_double();
                });
                assertThat(seen[0]).isEqualTo(batch.trained());
                assertThat(seen[1]).isCloseTo(new NextToken().sum(lm, batch).item_double(), within(1e-4));
            }
        }
    }

    @Test
    void anObjectiveReadsAsItWasWritten() {
        for (String text : List.of("next-token", "next-token + 0.5*z-loss:coefficient=0.001", "2*next-token:chunk=7")) {
            Objective read = Objective.parse(text);
            assertThat(read instanceof Record r && !(read instanceof Sum) ? Spec.format(r) : read.toString())
                    .isEqualTo(text);
        }
        assertThat(Objective.parse("next-token")).isEqualTo(new NextToken());
        assertThat(Objective.parse("1*z-loss")).isEqualTo(new ZLoss());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"nothing", "next-token + ", "next-token + next-token", "NaN*next-token", "2*3*z-loss", "sum"})
    void whatIsNoObjectiveIsRefused(String text) {
        assertThatThrownBy(() -> Objective.parse(text)).isInstanceOf(BadInput.class);
    }

    private static Map<String, Tensor> gradients(CausalLM lm, Objective objective, Batch batch, double... terms) {
        ObjectiveContract.asking(lm, true);
        objective.loss(lm, batch, terms).total().backward();
        Map<String, Tensor> found = new TreeMap<>();
        lm.parameters().tensors().forEach((path, p) -> {
            if (p.grad().defined()) {
                found.put(path, p.grad().clone());
                p.mutable_grad().reset();
            }
        });
        ObjectiveContract.asking(lm, false);
        return found;
    }

    private static void assertClose(Map<String, Tensor> found, Map<String, Tensor> expected, double tolerance) {
        assertThat(found.keySet()).isEqualTo(expected.keySet());
        expected.forEach(
                (path, g) -> assertThat(g.sub(found.get(path)).abs().max().item_double())
                        .as(path)
                        .isLessThan(tolerance));
    }

    /** A model that counts its passes. */
    private record Counted(CausalLM lm, AtomicInteger passes) implements Wrapped {
        @Override
        public Step forward(Input in, Tap tap) {
            passes.incrementAndGet();
            return lm.forward(in, tap);
        }

        @Override
        public Optional<Tensor> headWeight() {
            return lm.headWeight();
        }
    }
}
