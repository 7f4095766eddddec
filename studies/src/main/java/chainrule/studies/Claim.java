package chainrule.studies;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a study sets out to find.
 *
 * @param id a word or two in kebab-case
 * @param statement a sentence that is true or false, with its bound
 * @param published the paper's figure; empty where it has none, or none that can be compared
 * @param unit of the figures
 * @param gate whether the study stands or falls with it
 */
public record Claim(String id, String statement, OptionalDouble published, String unit, boolean gate) {
    public static Claim gate(String id, String statement, String unit) {
        return new Claim(id, statement, OptionalDouble.empty(), unit, true);
    }

    /** A figure that is reported, beside which the study does not fail. */
    public static Claim reported(String id, String statement, String unit) {
        return new Claim(id, statement, OptionalDouble.empty(), unit, false);
    }

    public Claim published(double figure) {
        return new Claim(id, statement, OptionalDouble.of(figure), unit, gate);
    }

    /** One figure, for which the statement is true or not. */
    public Finding found(double ours, boolean holds) {
        return new Finding(
                this, ours, Optional.empty(), holds ? Finding.Verdict.HOLDS : Finding.Verdict.FAILS, Optional.empty());
    }

    /** A figure under which nothing can be said, since {@code reason}. */
    public Finding unclear(double ours, String reason) {
        return new Finding(this, ours, Optional.empty(), Finding.Verdict.UNCLEAR, Optional.of(reason));
    }

    /**
     * The mean of several seeds' figures of a claim that it is above {@code bound}: unclear where the interval of two
     * standard errors contains the bound.
     */
    public Finding above(double bound, double... figures) {
        double mean = Arrays.stream(figures).average().orElseThrow();
        if (figures.length == 1) {
            return found(mean, mean > bound);
        }
        double variance =
                Arrays.stream(figures).map(f -> (f - mean) * (f - mean)).sum() / (figures.length - 1);
        double reach = 2 * Math.sqrt(variance / figures.length);
        var interval = Optional.of(new Finding.Interval(mean - reach, mean + reach));
        Finding.Verdict verdict = mean - reach > bound
                ? Finding.Verdict.HOLDS
                : mean + reach < bound ? Finding.Verdict.FAILS : Finding.Verdict.UNCLEAR;
        return new Finding(this, mean, interval, verdict, Optional.empty());
    }
}
