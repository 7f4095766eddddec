package chainrule.data;

import java.util.Arrays;

/**
 * Rows of token ids to train on: {@code ids[b][0..T-1]} are inputs, {@code ids[b][1..T]} their targets. A shorter row has
 * zeros at its end, which are no targets.
 *
 * @param ids [B][T+1]
 * @param lengths [B] how many ids of a row are real: its targets are {@code ids[b][1]} to {@code ids[b][lengths[b]-1]}
 */
public record Rows(int[][] ids, int[] lengths) {
    /** The windows of these numbers. */
    static Rows of(Windows windows, long... numbers) {
        int[][] ids = new int[numbers.length][windows.length() + 1];
        int[] lengths = new int[numbers.length];
        for (int b = 0; b < numbers.length; b++) {
            lengths[b] = windows.read(numbers[b], ids[b]);
        }
        return new Rows(ids, lengths);
    }

    /** The number of targets, by which a sum of losses is divided. */
    public long targets() {
        return Arrays.stream(lengths).mapToLong(length -> length - 1).sum();
    }

    /** Which predictions count: [B][T], true at {@code [b][t]} where {@code ids[b][t+1]} is a target. */
    public boolean[][] mask() {
        boolean[][] mask = new boolean[ids.length][];
        for (int b = 0; b < ids.length; b++) {
            mask[b] = new boolean[ids[b].length - 1];
            Arrays.fill(mask[b], 0, lengths[b] - 1, true);
        }
        return mask;
    }
}
