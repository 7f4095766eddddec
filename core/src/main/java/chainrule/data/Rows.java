package chainrule.data;

import java.util.Arrays;

/**
 * Rows of token ids to train on: {@code ids[b][0..T-1]} are inputs, {@code ids[b][1..T]} what follows them. A shorter row
 * has zeros at its end.
 *
 * @param ids [B][T+1]
 * @param lengths [B] how many ids of a row are real
 * @param mask [B][T] which predictions count: true at {@code [b][t]} where {@code ids[b][t+1]} is a target
 */
public record Rows(int[][] ids, int[] lengths, boolean[][] mask) {
    /** Rows of which every id after the first is a target. */
    public static Rows of(int[][] ids, int... lengths) {
        boolean[][] mask = new boolean[ids.length][];
        for (int b = 0; b < ids.length; b++) {
            mask[b] = new boolean[ids[b].length - 1];
            Arrays.fill(mask[b], 0, lengths[b] - 1, true);
        }
        return new Rows(ids, lengths, mask);
    }

    /** The windows of these numbers. */
    static Rows of(Windows windows, long... numbers) {
        int[][] ids = new int[numbers.length][windows.length() + 1];
        int[] lengths = new int[numbers.length];
        boolean[][] mask = new boolean[numbers.length][windows.length()];
        for (int b = 0; b < numbers.length; b++) {
            lengths[b] = windows.read(numbers[b], ids[b]);
            windows.mask(numbers[b], lengths[b], mask[b]);
        }
        return new Rows(ids, lengths, mask);
    }

    /** The number of targets, by which a sum of losses is divided. */
    public long targets() {
        long targets = 0;
        for (boolean[] row : mask) {
            for (boolean target : row) {
                targets += target ? 1 : 0;
            }
        }
        return targets;
    }

    /** The same without the columns at the end in which no row has an id: what a pass need not read. */
    public Rows trimmed() {
        int longest = Math.max(2, Arrays.stream(lengths).max().orElse(2));
        if (ids.length == 0 || longest == ids[0].length) {
            return this;
        }
        int[][] some =
                Arrays.stream(ids).map(row -> Arrays.copyOf(row, longest)).toArray(int[][]::new);
        boolean[][] targets =
                Arrays.stream(mask).map(row -> Arrays.copyOf(row, longest - 1)).toArray(boolean[][]::new);
        return new Rows(some, lengths, targets);
    }
}
