package chainrule.train;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.data.Batches;
import chainrule.data.Windows;
import chainrule.model.Tokens;
import chainrule.objective.Batch;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ExamplesTest {
    /** Window i is i·10, i·10 + 1 …; the last one is short. */
    private record Counting(long count, int length) implements Windows {
        @Override
        public int read(long i, int[] row) {
            int real = i == count - 1 ? 3 : row.length;
            for (int t = 0; t < row.length; t++) {
                row[t] = t < real ? (int) i * 10 + t : 0;
            }
            return real;
        }
    }

    private static long[] firsts(Batch batch) {
        return Ops.longs(((Tokens.Ids) batch.input().tokens()).ids().select(1, 0));
    }

    @Test
    void aBatchPredictsItsOwnNextIdsAndNothingAfterTheEnd() {
        try (var _ = new Scope()) {
            Batch batch = Examples.of(new Counting(3, 4)).batch(0, 3);
            assertThat(Ops.longs(batch.targets())).containsExactly(1, 2, 3, 4, 11, 12, 13, 14, 21, 22, 0, 0);
            assertThat(Ops.floats(batch.mask())).containsExactly(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0);
            assertThat(batch.trained()).isEqualTo(10);
        }
    }

    @Test
    void rowsToMeasureOnComeOnceEach() {
        try (var _ = new Scope()) {
            Examples examples = Examples.of(new Counting(5, 4));
            assertThat(firsts(examples.batch(0, 2))).containsExactly(0, 10);
            assertThat(firsts(examples.batch(2, 2))).containsExactly(40);
        }
    }

    @Test
    void rowsToTrainOnComeOnceAnEpochInAnotherOrderEach() {
        try (var _ = new Scope()) {
            Examples examples = Examples.of(new Batches(new Counting(6, 4), 3));
            List<List<Long>> epochs = new ArrayList<>();
            for (int e = 0; e < 2; e++) {
                int epoch = e;
                epochs.add(LongStream.range(0, 3)
                        .flatMap(b -> LongStream.of(firsts(examples.batch(3L * epoch + b, 2))))
                        .boxed()
                        .toList());
            }
            assertThat(epochs).allSatisfy(e -> assertThat(e).containsExactlyInAnyOrder(0L, 10L, 20L, 30L, 40L, 50L));
            assertThat(epochs.get(0)).isNotEqualTo(epochs.get(1));
        }
    }

    @Test
    void otherRowsOrAnotherOrderHaveAnotherDescription() {
        String one = Examples.of(new Batches(new Counting(6, 4), 3)).description();
        assertThat(one)
                .isEqualTo(Examples.of(new Batches(new Counting(6, 4), 3)).description())
                .isNotEqualTo(Examples.of(new Batches(new Counting(6, 4), 4)).description())
                .isNotEqualTo(Examples.of(new Batches(new Counting(7, 4), 3)).description())
                .isNotEqualTo(Examples.of(new Batches(new Counting(7, 4).slice(1, 7), 3))
                        .description());
    }
}
