package chainrule.control;

/**
 * What samples say of a number.
 *
 * @param standardError of the value; 0 where nothing is uncertain
 */
public record Estimate(double value, double standardError) {
    /** The mean of independent terms; the standard error is their deviation (divided by N, not N - 1) over √N. */
    static Estimate mean(double... terms) {
        double mean = 0;
        for (double t : terms) {
            mean += t / terms.length;
        }
        double variance = 0;
        for (double t : terms) {
            variance += (t - mean) * (t - mean) / terms.length;
        }
        return new Estimate(mean, Math.sqrt(variance / terms.length));
    }
}
