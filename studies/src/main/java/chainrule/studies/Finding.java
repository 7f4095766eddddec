package chainrule.studies;

import java.util.Locale;
import java.util.Optional;

/**
 * What was found of a claim.
 *
 * @param ours the figure measured; the mean where there are several seeds
 * @param interval around it, where there are several seeds
 * @param reason why nothing can be said, where that is the verdict
 */
public record Finding(Claim claim, double ours, Optional<Interval> interval, Verdict verdict, Optional<String> reason) {
    /** Two standard errors below and above the mean. */
    public record Interval(double low, double high) {}

    /** Whether the claim's statement is true here. */
    public enum Verdict {
        HOLDS,
        FAILS,
        /** A precondition is not given, or the interval contains the bound. */
        UNCLEAR;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
