package chainrule.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chainrule.model.Decoder;
import chainrule.model.Tiny;
import chainrule.nn.Init;
import chainrule.optim.Mezo;
import chainrule.optim.Optimizer;
import chainrule.optim.Pass;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChoicesTest {
    private static final Choice FIRST = new Choice(new int[] {3, 1, 4}, List.of(new int[] {1}, new int[] {5, 9}), 0);
    private static final Choice SECOND =
            new Choice(new int[] {2, 6}, List.of(new int[] {7}, new int[] {8}, new int[] {2, 8, 1}), 2);

    @Test
    void theLossIsTheCrossEntropyOfTheScores() {
        try (Decoder lm = Decoder.create(Tiny.llama(), Init.random(2))) {
            List<double[]> answers = new Choices(List.of(FIRST, SECOND)).answers(lm);
            double expected = 0;
            for (int i = 0; i < 2; i++) {
                double[] s = answers.get(i);
                int right = List.of(FIRST, SECOND).get(i).right();
                expected += Math.log(java.util.Arrays.stream(s)
                                .map(x -> Math.exp(x - s[right]))
                                .sum())
                        / 2;
            }
            Pass pass = new Choices(List.of(FIRST, SECOND)).pass(lm, 1);
            assertThat(pass.value()).isCloseTo(expected, within(1e-6));
            assertThat(new Choices(List.of(FIRST, SECOND)).pass(lm, 0.25).value())
                    .isCloseTo(expected / 4, within(1e-6));
        }
    }

    @Test
    void aChoicesScoresDoNotDependOnItsNeighbours() {
        try (Decoder lm = Decoder.create(Tiny.llama(), Init.random(2))) {
            double[] alone = new Choices(List.of(FIRST)).answers(lm).getFirst();
            double[] beside = new Choices(List.of(SECOND, FIRST)).answers(lm).get(1);
            assertThat(beside).containsExactly(alone, within(1e-5));
        }
    }

    @Test
    void accuracyIsAnObjectiveThatForwardPassesAloneCanRaise() {
        List<Choice> choices = IntStream.range(0, 12)
                .mapToObj(i -> new Choice(new int[] {i, 20}, List.of(new int[] {1}, new int[] {2}), i % 2))
                .toList();
        Choices all = new Choices(choices);
        try (Decoder lm = Decoder.create(Tiny.llama(), Init.random(4));
                Optimizer.Run run = new Mezo(2e-3, 0.05, 1).start(lm.parameters())) {
            double before = all.accuracy(lm);
            Pass pass = Pass.of(() -> -all.accuracy(lm));
            for (int i = 0; i < 60; i++) {
                run.step(List.of(pass), 1);
            }
            assertThat(all.accuracy(lm)).isGreaterThan(before);
            assertThatThrownBy(pass::backward).hasMessageContaining("no gradient");
        }
    }

    @Test
    void ofEqualScoresTheFirstIsBest() {
        assertThat(Choices.best(-2, -1, -1, -3)).isEqualTo(1);
    }

    @Test
    void onlyTheAnswersTokensAreTrained() {
        try (var _ = new Scope()) {
            Batch batch = new Choices(List.of(FIRST, SECOND)).forced();
            assertThat(batch.trained()).isEqualTo(4);
            assertThat(Ops.floats(batch.mask())).containsExactly(0, 0, 1, 0, 0, 1, 1, 1);
            assertThat(Ops.longs(batch.targets())).startsWith(1, 4, 1).endsWith(6, 2, 8, 1);
        }
    }

    @Test
    void longPromptsLoseTheirBeginningButNotTheBeginToken() {
        assertThat(SECOND.within(5, 99)).isEqualTo(SECOND);
        Choice longer = new Choice(new int[] {99, 1, 2, 3, 4, 5}, List.of(new int[] {6}, new int[] {7, 8}), 1);
        assertThat(longer.within(5, 99).prompt()).containsExactly(99, 4, 5);
        assertThat(longer.within(5, 0).prompt()).containsExactly(3, 4, 5);
    }

    @Test
    void impossibleChoicesAreRefused() {
        assertThatThrownBy(() -> new Choice(new int[] {1}, List.of(new int[] {2}), 1))
                .hasMessageContaining("option 1");
        assertThatThrownBy(() -> Choice.answer(new int[0], 1)).hasMessageContaining("token");
        assertThatThrownBy(() -> new Choices(List.of())).hasMessageContaining("no choice");
    }
}
