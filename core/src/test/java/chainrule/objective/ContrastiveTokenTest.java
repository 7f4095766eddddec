package chainrule.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chainrule.BadInput;
import chainrule.model.Input;
import chainrule.tensor.Counter;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class ContrastiveTokenTest extends ObjectiveContract {
    private static final Length ALL = new Length.Fraction(1);

    @Override
    Mean objective() {
        return new ContrastiveToken(new Length.Tokens(7), new Length.Tokens(3));
    }

    /** Texts of few different tokens, so that labels come back. */
    @Override
    Batch batch() {
        return Samples.masked(4);
    }

    private static Batch batch(int... labels) {
        Tensor row = Ops.ids(new int[][] {labels});
        return new Batch(Input.of(row), row, torch.ones(1, labels.length));
    }

    private static double of(Length positions, Length window, Tensor logitsTV, int... labels) {
        ContrastiveToken loss = new ContrastiveToken(positions, window);
        Batch batch = batch(labels);
        return loss.sum(new Given(logitsTV.unsqueeze(0), true), batch).item_double() / loss.terms(batch);
    }

    @Test
    void theWorkedExampleAgrees() {
        Tensor logits;
        try (var _ = new Scope()) {
            logits = Ops.tensor(new float[] {0, 1, 2, 3, 0, 2, 1, 0, 0, 1, 2, 1, 0, 0.5f, -0.5f, 2}, 4, 4);
            double loss = of(ALL, new Length.Tokens(2), logits, 1, 2, 1, 3);
            assertThat(loss).isCloseTo(0.723223, within(1e-6));
            double[] steps = {0, 1.313262, 1.313262, 0.266368};
            for (int t = 1; t <= 4; t++) {
                double mean = IntStream.range(0, t)
                        .mapToDouble(i -> steps[i])
                        .average()
                        .orElseThrow();
                assertThat(of(new Length.Tokens(t), new Length.Tokens(2), logits, 1, 2, 1, 3))
                        .isCloseTo(mean, within(1e-6));
            }
        }
    }

    @Test
    void withEqualLogitsAStepIsTheLogOfItsNegativesAndOne() {
        try (var _ = new Scope()) {
            double three = of(ALL, new Length.Tokens(2), torch.zeros(3, 5), 1, 1, 2);
            assertThat(3 * three).isCloseTo(Math.log(3), within(1e-6));
            double four = of(ALL, ALL, torch.zeros(4, 5), 1, 2, 3, 4);
            assertThat(4 * four).isCloseTo(Math.log(2 * 3 * 4), within(1e-6));
        }
    }

    @Test
    void withAllOtherTokensOnceItIsCrossEntropy() {
        try (var _ = new Scope()) {
            Tensor logits = random(4, 4);
            int[] labels = {1, 0, 3, 2};
            Batch last = batch(labels);
            Tensor mask = torch.zeros(1, 4);
            mask.narrow(1, 3, 1).fill_(new Scalar(1));
            double expected = new NextToken()
                    .sum(new Given(logits.unsqueeze(0), true), new Batch(last.input(), last.targets(), mask))
                    .item_double();
            double all = 4 * of(ALL, ALL, logits, labels);
            double before = 3 * of(new Length.Tokens(3), ALL, logits, labels);
            assertThat(all - before).isCloseTo(expected, within(1e-6));
        }
    }

    @Test
    void addingToAllLogitsOfAStepChangesNothingAndALargeLabelLeavesNothing() {
        try (var _ = new Scope()) {
            int[] labels = {1, 2, 1, 3, 2, 2};
            Tensor logits = random(6, 5);
            double loss = of(ALL, ALL, logits, labels);
            Tensor moved = logits.add(Ops.tensor(new float[] {3, -1, 2, 8, -5, 1}, 6, 1));
            assertThat(of(ALL, ALL, moved, labels)).isCloseTo(loss, within(1e-6));
            Tensor sure = logits.scatter(1, Ops.ids(labels).unsqueeze(1), new Scalar(200));
            assertThat(of(ALL, ALL, sure, labels)).isZero();
        }
    }

    @Test
    void logitsFarAboveTheLabelNeitherOverflowNorCountWhereTheyAreNoNegatives() {
        try (var _ = new Scope()) {
            Tensor logits = torch.zeros(3, 5);
            logits.select(0, 2).select(0, 4).fill_(new Scalar(1e4));
            assertThat(of(ALL, ALL, logits, 1, 2, 3)).isCloseTo((Math.log(2) + Math.log(3)) / 3, within(1e-6));
            logits.select(0, 2).select(0, 1).fill_(new Scalar(1e4));
            assertThat(of(ALL, ALL, logits, 1, 2, 3)).isCloseTo(1e4 / 3, within(1.0));
        }
    }

    @Test
    void onlyTheLabelAndTheBandHaveAGradient() {
        try (var _ = new Scope()) {
            Tensor logits = random(5, 9).unsqueeze(0).set_requires_grad(true);
            new ContrastiveToken(ALL, new Length.Tokens(2))
                    .sum(new Given(logits, true), batch(1, 2, 3, 4, 5))
                    .backward();
            Tensor moved = logits.grad().select(0, 0).ne(new Scalar(0));
            long[] found = Ops.longs(moved.sum(1));
            assertThat(found).containsExactly(0, 2, 3, 3, 3);
            assertThat(Ops.floats(logits.grad().sum(2))).satisfies(rows -> {
                for (float row : rows) {
                    assertThat(row).isCloseTo(0, within(1e-6f));
                }
            });
        }
    }

    @Test
    void uniformLogitsGiveThePublishedFigure() {
        try (var _ = new Scope()) {
            Counter draws = Counter.of(1, "uniform");
            float[] logits = new float[10 * 50 * 1000];
            for (int i = 0; i < logits.length; i++) {
                logits[i] = (float) draws.uniform(i);
            }
            int[][] labels = new int[10][50];
            for (int i = 0; i < 500; i++) {
                labels[i / 50][i % 50] = (int) (1000 * draws.uniform(logits.length + i));
            }
            Tensor ids = Ops.ids(labels);
            Batch batch = new Batch(Input.of(ids), ids, torch.ones(10, 50));
            Given lm = new Given(Ops.tensor(logits, 10, 50, 1000), false);
            ContrastiveToken loss = new ContrastiveToken();
            assertThat(loss.terms(batch)).isEqualTo(120);
            assertThat(loss.sum(lm, batch).item_double() / 120).isCloseTo(1.5515, within(4 * 0.022));
            assertThat(new NextToken().sum(lm, batch).item_double() / 500).isCloseTo(6.949, within(0.06));
        }
    }

    @Test
    void lengthsAreReadAsTokensAndAsParts() {
        assertThat(Objective.parse("contrastive-token:positions=150,window=60"))
                .isEqualTo(new ContrastiveToken(new Length.Tokens(150), new Length.Tokens(60)));
        assertThat(Objective.parse("contrastive-token:positions=1,window=(fraction:0.125)"))
                .isEqualTo(new ContrastiveToken(new Length.Tokens(1), new Length.Fraction(0.125)));
        assertThatThrownBy(() -> Objective.parse("contrastive-token:window=0.5"))
                .isInstanceOf(BadInput.class);
        assertThatThrownBy(() -> Objective.parse("contrastive-token:window=0")).isInstanceOf(BadInput.class);
        assertThatThrownBy(() -> Objective.parse("contrastive-token:window=fraction:2"))
                .isInstanceOf(BadInput.class);
    }

    private static Tensor random(int rows, int vocabulary) {
        Counter draws = Counter.of(3, "logits");
        float[] values = new float[rows * vocabulary];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) draws.normal(i);
        }
        return Ops.tensor(values, rows, vocabulary);
    }
}
