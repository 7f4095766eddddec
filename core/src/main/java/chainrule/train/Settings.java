package chainrule.train;

import chainrule.nn.Compute;
import chainrule.objective.Objective;
import chainrule.optim.Optimizer;
import chainrule.optim.Schedule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * How a net is trained. All but the cadence decide the numbers.
 *
 * @param steps the number of times that the optimizer moves the parameters
 * @param rows of the data that are read in one pass
 * @param length of a row in tokens
 * @param accumulation passes whose gradients make one step
 * @param seed of the data's order
 * @param compute the number type of products; the parameters are float32
 * @param recompute whether activations are computed again in the backward pass instead of being kept
 */
public record Settings(
        long steps,
        int rows,
        int length,
        int accumulation,
        Objective objective,
        Optimizer optimizer,
        Schedule schedule,
        long seed,
        Compute compute,
        boolean recompute,
        Cadence cadence) {

    /**
     * What happens every so many steps; 0: never. A checkpoint is written at the end in any case.
     *
     * @param evaluateRows the most held-out rows that an evaluation reads
     * @param keep the number of checkpoints that stay
     */
    public record Cadence(int evaluate, int evaluateRows, int save, int sample, int keep) {
        public Cadence {
            if (evaluate < 0 || evaluateRows < 1 || save < 0 || sample < 0 || keep < 1) {
                throw new IllegalArgumentException(
                        "evaluate, save and sample every 0 or more steps, on 1 or more rows, and"
                                + " keep 1 or more checkpoints");
            }
        }
    }

    public Settings {
        if (steps < 1 || rows < 1 || length < 1 || accumulation < 1) {
            throw new IllegalArgumentException(steps + " steps of " + accumulation + " times " + rows + " rows of "
                    + length + " tokens: 1 or more of each");
        }
    }

    /** The rows of a step. */
    public long rowsPerStep() {
        return (long) rows * accumulation;
    }

    /** The steps that read each of {@code examples} rows {@code epochs} times; the last one may read into the next epoch. */
    public static long steps(double epochs, long examples, long rowsPerStep) {
        return Math.max(1, (long) Math.ceil(epochs * examples / rowsPerStep));
    }

    /** What decides the numbers, in words. */
    SequencedMap<String, String> decisive() {
        SequencedMap<String, String> all = new LinkedHashMap<>();
        all.put("steps", "" + steps);
        all.put("rows", "" + rows);
        all.put("length", "" + length);
        all.put("accumulation", "" + accumulation);
        all.put("objective", objective.toString());
        all.put("optimizer", optimizer.toString());
        all.put("schedule", schedule.toString());
        all.put("seed", "" + seed);
        all.put("compute", compute.toString());
        all.put("recompute", "" + recompute);
        return all;
    }

    /** What of {@code saved} differs now, as in {@code steps 100 (now 200)}. */
    static List<String> differences(Map<String, String> saved, Map<String, String> now) {
        List<String> found = new ArrayList<>();
        now.forEach((name, value) -> {
            String before = saved.get(name);
            if (!value.equals(before)) {
                found.add(name + " " + before + " (now " + value + ")");
            }
        });
        return found;
    }
}
