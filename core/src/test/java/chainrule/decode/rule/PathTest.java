package chainrule.decode.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.tensor.Counter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PathTest {
    @Test
    void aPathDoesNotChangeWhateverIsAddedToIt() {
        Counter random = Counter.of(1, "paths");
        List<Path> paths = new ArrayList<>(List.of(Path.of(new int[] {1, 2}, 1000, 0)));
        List<List<Integer>> plain = new ArrayList<>(List.of(List.of(1, 2)));
        for (int i = 0; i < 2000; i++) {
            int from = (int) (random.uniform(2 * i) * paths.size());
            int token = (int) (random.uniform(2 * i + 1) * 50);
            paths.add(paths.get(from).then(token));
            List<Integer> longer = new ArrayList<>(plain.get(from));
            longer.add(token);
            plain.add(longer);
        }
        for (int i = 0; i < paths.size(); i++) {
            assertThat(paths.get(i).ids(0))
                    .containsExactly(plain.get(i).stream().mapToInt(n -> n).toArray());
            assertThat(paths.get(i).generated()).isEqualTo(plain.get(i).size() - 2);
        }
    }

    @Test
    void aFoldIsComputedOnceForEveryNode() {
        AtomicInteger starts = new AtomicInteger();
        AtomicInteger steps = new AtomicInteger();
        Path trunk = Path.of(new int[] {9, 9}, 100);
        for (int token = 1; token <= 10; token++) {
            trunk = trunk.then(token);
        }
        for (int branch = 0; branch < 5; branch++) {
            Path leaf = trunk.then(100 * branch);
            for (int again = 0; again < 3; again++) {
                int sum = leaf.fold("sum", () -> starts.getAndIncrement() * 0, (s, t) -> {
                    steps.incrementAndGet();
                    return s + t;
                });
                assertThat(sum).isEqualTo(55 + 100 * branch);
            }
        }
        assertThat(starts).hasValue(1);
        assertThat(steps).as("ten of the trunk and one of each branch").hasValue(15);
    }

    @Test
    void whatLiesOutsideIsRefused() {
        Path path = Path.of(new int[] {1}, 10);
        Path longer = path.then(2);
        assertThat(longer.token(1)).isEqualTo(2);
        assertThatThrownBy(() -> path.token(1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> path.token(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
