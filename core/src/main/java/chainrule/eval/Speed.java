package chainrule.eval;

import chainrule.BadInput;
import java.util.Comparator;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * How fast text is made: tokens and the wall time that they took.
 *
 * <pre>{@code
 * Speed.median(3, () -> engine.run(requests).stream().mapToLong(r -> r.tokens().size()).sum()).tokensPerSecond()
 * }</pre>
 */
public record Speed(long tokens, double seconds) {
    /**
     * The run of median speed among an odd number of them, after one more that warms up and does not count.
     *
     * @param work makes text and says how many tokens; the reading of prompts counts into its time
     */
    public static Speed median(int runs, LongSupplier work) {
        return median(runs, work, System::nanoTime);
    }

    static Speed median(int runs, LongSupplier work, LongSupplier nanoseconds) {
        if (runs < 1 || runs % 2 == 0) {
            throw new BadInput("A median run takes an odd number of runs, not " + runs + ".");
        }
        long _ = work.getAsLong();
        return IntStream.range(0, runs)
                .mapToObj(_ -> {
                    long start = nanoseconds.getAsLong();
                    long tokens = work.getAsLong();
                    return new Speed(tokens, (nanoseconds.getAsLong() - start) / 1e9);
                })
                .sorted(Comparator.comparingDouble(Speed::tokensPerSecond))
                .skip(runs / 2)
                .findFirst()
                .orElseThrow();
    }

    public double tokensPerSecond() {
        return tokens / seconds;
    }
}
