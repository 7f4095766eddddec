package chainrule.train;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.Spec;
import chainrule.model.Decoder;
import chainrule.model.Tiny;
import chainrule.optim.Optimizer;
import org.junit.jupiter.api.Test;

class MemoryNeedTest {
    @Test
    void parametersGradientsAndMomentsAreFourTimesTheParameters() {
        try (Decoder lm = Toy.fresh()) {
            long size = 4 * lm.parameters().size();
            MemoryNeed need = MemoryNeed.of(lm, Toy.settings(1, 4, 1, false));
            assertThat(need.parameters() + need.gradients() + need.moments()).isEqualTo(4 * size);
        }
    }

    @Test
    void activationsGrowWithTheRowsAndShrinkWhenTheyAreComputedAgain() {
        try (Decoder lm = Toy.fresh()) {
            long four = MemoryNeed.of(lm, Toy.settings(1, 4, 1, false)).activations();
            assertThat(MemoryNeed.of(lm, Toy.settings(1, 8, 1, false)).activations())
                    .isBetween(2 * four - 1, 2 * four + 1);
            assertThat(MemoryNeed.of(lm, Toy.settings(1, 4, 8, false)).activations())
                    .isEqualTo(four);
            assertThat(MemoryNeed.of(lm, Toy.settings(1, 4, 1, true)).activations())
                    .isLessThan(four);
        }
    }

    @Test
    void forwardPassesAloneNeedTheParametersAndOneLayersActivations() {
        try (Decoder lm = Toy.fresh()) {
            MemoryNeed trained = MemoryNeed.of(lm, Toy.settings(1, 2, 2, false));
            MemoryNeed need = MemoryNeed.of(lm, Toy.settings(1, Toy.MEZO));
            assertThat(need.gradients() + need.moments()).isZero();
            assertThat(need.activations())
                    .isEqualTo(trained.activations() / Tiny.llama().layers());
            assertThat(need).asString().contains("gradients none, optimizer none");
            Optimizer adam = Spec.parse("mezo:moments=adam", Optimizer.class);
            assertThat(MemoryNeed.of(lm, Toy.settings(1, adam)).moments()).isEqualTo(trained.moments());
        }
    }

    @Test
    void itReadsAsASentence() {
        assertThat(new MemoryNeed(1_500_000_000, 1, 2_000_000, 0, 3_000_000, 1))
                .hasToString(
                        "about 1.5 GB: parameters 1.5 GB, gradients 1 MB, optimizer 2 MB, activations 3 MB, logits 1 MB");
    }
}
