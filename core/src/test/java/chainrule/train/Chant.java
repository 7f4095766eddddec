package chainrule.train;

import chainrule.objective.Batch;
import chainrule.tensor.Counter;
import chainrule.tensor.Ops;

/** Rows to train on in which each token follows from the last: t ↦ 3t + 1. */
record Chant(long rows, int length, long seed) implements Examples {
    private static final int VOCABULARY = 101;

    @Override
    public Batch batch(long number, int count) {
        long from = number * count;
        Counter random = Counter.of(seed, "rows");
        long[] ids = new long[count * (length + 1)];
        for (int b = 0; b < count; b++) {
            long next = Math.floorMod((long) (random.normal(from + b) * 1000), VOCABULARY);
            for (int t = 0; t <= length; t++) {
                ids[b * (length + 1) + t] = next;
                next = (3 * next + 1) % VOCABULARY;
            }
        }
        return Batch.of(Ops.tensor(ids, count, length + 1));
    }

    @Override
    public String description() {
        return toString();
    }
}
