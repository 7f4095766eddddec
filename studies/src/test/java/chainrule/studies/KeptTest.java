package chainrule.studies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.nn.Tree;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptTest {
    private record Inner(double figure, boolean[] right) {}

    private record Found(String name, List<int[]> texts, Inner inner) {}

    @TempDir
    Path folder;

    private final List<String> tried = new ArrayList<>();

    private Found found(Kept kept, String name) throws IOException {
        return kept.once(name, Found.class, () -> {
            tried.add(name);
            return new Found(
                    name, List.of(new int[] {1, 2}, new int[0]), new Inner(Double.POSITIVE_INFINITY, new boolean[] {true
                    }));
        });
    }

    private Kept kept(String settings) throws IOException {
        return Kept.in(folder.resolve(".toy.laptop"), settings);
    }

    @Test
    void whatWasFoundIsReadAgainByTheNextRun() throws IOException {
        Kept first = kept("");
        Found one = found(first, "one, seed 1");
        assertThatThrownBy(() -> first.once("two", Found.class, () -> {
                    throw new IllegalStateException("stopped");
                }))
                .hasMessage("stopped");
        Kept next = kept("");
        assertThat(next.parts()).isEqualTo(1);
        Found again = found(next, "one, seed 1");
        found(next, "one; seed 1");
        assertThat(tried).containsExactly("one, seed 1", "one; seed 1");
        assertThat(again).usingRecursiveComparison().isEqualTo(one);
        assertThat(next.seconds()).isPositive();
    }

    @Test
    void otherSettingsFindAnew() throws IOException {
        found(kept("f32"), "one");
        found(kept("bf16"), "one");
        assertThat(tried).hasSize(2);
        kept("f32").drop();
        assertThat(folder).isEmptyDirectory();
        found(Kept.NOTHING, "one");
        found(Kept.NOTHING, "one");
        assertThat(tried).hasSize(4);
    }

    @Test
    void parametersAreThoseThatTrainingLeft() throws IOException {
        try (var _ = new Scope()) {
            Tensor first = Ops.tensor(new float[] {1, 2}, 2);
            kept("").once("model", tree(first), () -> first.add_(Ops.tensor(new float[] {10, 20}, 2)));
            Tensor second = Ops.tensor(new float[] {1, 2}, 2);
            kept("").once("model", tree(second), () -> tried.add("again"));
            assertThat(Ops.floats(second)).containsExactly(11, 22);
            assertThat(tried).isEmpty();
        }
    }

    private static Tree tree(Tensor tensor) {
        return new Tree(new LinkedHashMap<>(Map.of("weight", tensor)));
    }
}
