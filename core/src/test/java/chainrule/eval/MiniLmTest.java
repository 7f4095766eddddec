package chainrule.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class MiniLmTest {
    private final MiniLm embedder = new MiniLm();

    @Test
    void textsOfOneSubjectAreNearerThanOthers() {
        try (var _ = new Scope()) {
            Tensor v = embedder.embed(List.of(
                    "A man is playing a guitar on the stage.",
                    "Someone performs music with a string instrument.",
                    "The central bank raised its interest rate by a quarter point."));
            float[] cosines = Ops.floats(v.matmul(v.t()));
            assertThat(cosines[1]).isGreaterThan(cosines[2] + 0.2f).isGreaterThan(cosines[5] + 0.2f);
            for (int i = 0; i < 3; i++) {
                assertThat((double) cosines[4 * i]).isCloseTo(1, within(1e-5));
            }
        }
    }

    @Test
    void everyTextHasARowAndABlankOneTheVectorZero() {
        try (var _ = new Scope()) {
            String text = "an instrument that measures the speed of wind";
            Tensor found = embedder.embed(List.of("  ", text, "", text + " " + "and of water ".repeat(400)));
            assertThat(found.sizes().vec().get()).containsExactly(4, MiniLm.WIDTH);
            assertThat(Ops.floats(found.select(0, 0))).containsOnly(0);
            assertThat(Ops.floats(found.select(0, 2))).containsOnly(0);
            assertThat(found.select(0, 3).norm().item_double()).isCloseTo(1, within(1e-5));
            float[] alone = Ops.floats(embedder.embed(List.of(text)));
            assertThat(Ops.tensor(alone, MiniLm.WIDTH).dot(found.select(0, 1)).item_double())
                    .isCloseTo(1, within(1e-3));
        }
    }

    @Test
    void likeTextsScoreBetterThanUnlikeOnes() {
        List<String> human = List.of("a small boat", "a large ship", "a kind of vessel", "a raft of logs");
        List<String> near = List.of("a boat with oars", "a ship with sails", "a tanker", "a canoe");
        List<String> far = List.of("to feel sad", "of high rank", "a chemical element", "in a slow manner");
        assertThat(new Mauve().of(human, near, embedder).value())
                .isGreaterThan(new Mauve().of(human, far, embedder).value());
    }
}
