package chainrule.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class TreeTest {
    record Leaf(Tensor weight, Optional<Tensor> bias, int setting) {}

    record Root(List<Leaf> leaves, Tensor tied, Optional<Leaf> none) {}

    @Test
    void aParametersNameIsItsPathAndATiedOneHasItsFirst() {
        try (var _ = new Scope()) {
            Tensor a = Ops.tensor(new float[] {1}, 1);
            Tensor b = Ops.tensor(new float[] {2}, 1);
            Tensor c = Ops.tensor(new float[] {3, 4}, 2);
            Root root = new Root(
                    List.of(new Leaf(a, Optional.empty(), 7), new Leaf(b, Optional.of(c), 8)), a, Optional.empty());
            Tree tree = Tree.of(root);
            assertThat(tree.tensors().keySet()).containsExactly("leaves.0.weight", "leaves.1.weight", "leaves.1.bias");
            assertThat(tree.size()).isEqualTo(4);
            assertThat(tree.get("leaves.1.bias")).isSameAs(c);
            assertThatThrownBy(() -> tree.get("leaves.2")).hasMessageContaining("leaves.0.weight");
        }
    }

    @Test
    void aMapEditsEveryTensorOnceAndKeepsSettings() {
        try (var _ = new Scope()) {
            Tensor a = Ops.tensor(new float[] {1}, 1);
            Root root = new Root(List.of(new Leaf(a, Optional.empty(), 7)), a, Optional.empty());
            Root twice = Tree.map(root, (_, t) -> Ops.mul(t, 2));
            assertThat(twice.tied()).isSameAs(twice.leaves().getFirst().weight());
            assertThat(Ops.floats(twice.tied())).containsExactly(2f);
            assertThat(twice.leaves().getFirst().setting()).isEqualTo(7);
            Root same = Tree.map(root, (_, t) -> t);
            assertThat(same).isSameAs(root);
        }
    }

    @Test
    void aShardHoldsTheNumbersOfThatPartOfTheWhole() {
        Init init = Init.random(4);
        Tensor whole = init.get("w", new Draw.Normal(1), Part.WHOLE, 6, 4);
        Tensor rows = init.get("w", new Draw.Normal(1), new Part(0, 1, 3), 6, 4);
        Tensor columns = init.get("w", new Draw.Normal(1), new Part(1, 1, 2), 6, 4);
        try (var _ = new Scope()) {
            assertThat(Ops.floats(rows)).containsExactly(Ops.floats(Ops.slice(whole, 0, 2, 4)));
            assertThat(Ops.floats(columns)).containsExactly(Ops.floats(Ops.slice(whole, 1, 2, 4)));
        }
        List.of(whole, rows, columns).forEach(Scope::free);
    }

    @Test
    void drawsAreNormalAndDifferFromNameToName() {
        Tensor a = Init.random(1).get("a", new Draw.Normal(0.5), Part.WHOLE, 10_000);
        Tensor b = Init.random(1).get("b", new Draw.Normal(0.5), Part.WHOLE, 10_000);
        try (var _ = new Scope()) {
            assertThat(a.mean().item_double()).isBetween(-0.02, 0.02);
            assertThat(a.std().item_double()).isBetween(0.48, 0.52);
            assertThat(Math.abs(a.mul(b).mean().item_double())).isLessThan(0.01);
        }
        List.of(a, b).forEach(Scope::free);
    }
}
