package chainrule.control;

/**
 * What texts x[1..N] drawn from a proposal q say of an unnormalised target P = Z·p, through the ratios P/q. All estimates
 * but the moments and the effective sample size have no bias where Z is right; their standard errors take Z as given.
 *
 * <ul>
 *   <li>Z = E[P/q]
 *   <li>KL(p‖π) = −log Z + 1/Z E[P/q (log P − log π)], of which texts with P = 0 have no part
 *   <li>TVD(p,π) = ½ E|π/q − P/(Z q)|
 *   <li>JS(p,π) = ½ KL(p‖m) + ½ KL(π‖m) with m the mean of both
 * </ul>
 *
 * (Khalifa, Elsahar and Dymetman, "A Distributional Approach to Controlled Text Generation", ICLR 2021, appendix B; JS as in
 * {@code naver/disco}.) With q in place of π they compare the target with the proposal itself; with another normalised
 * model in place of P, at Z = 1, that model.
 *
 * @param logP [N]; -∞ for a text that the target rules out
 * @param logQ [N] of the model that drew the texts
 */
public record ImportanceWeights(double[] logP, double[] logQ) {
    public ImportanceWeights {
        if (logP.length == 0 || logP.length != logQ.length) {
            throw new IllegalArgumentException(logP.length + " and " + logQ.length
                    + " log-probabilities: as many of both, and one or more, are needed");
        }
    }

    /** Some term of every text. */
    private interface Term {
        double of(int j);
    }

    /** P/q: [N]. */
    public double[] ratios() {
        return terms(this::ratio);
    }

    /** The target's mass Z. */
    public Estimate z() {
        return Estimate.mean(ratios());
    }

    /** How many samples of p would tell as much: (Σ P/q)² / Σ (P/q)², from 0 to N. */
    public double effectiveSampleSize() {
        double largest = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < logP.length; j++) {
            largest = Math.max(largest, logP[j] - logQ[j]);
        }
        if (largest == Double.NEGATIVE_INFINITY) {
            return 0;
        }
        double sum = 0;
        double squares = 0;
        for (int j = 0; j < logP.length; j++) {
            double w = Math.exp(logP[j] - logQ[j] - largest);
            sum += w;
            squares += w * w;
        }
        return sum * sum / squares;
    }

    /** A feature's mean under p, self-normalised; NaN where every P is 0. @param phi [N] */
    public Estimate moment(double... phi) {
        double sum = 0;
        double mean = 0;
        for (int j = 0; j < phi.length; j++) {
            sum += ratio(j);
            mean += ratio(j) * phi[j];
        }
        mean /= sum;
        double squares = 0;
        for (int j = 0; j < phi.length; j++) {
            double off = ratio(j) * (phi[j] - mean);
            squares += off * off;
        }
        return new Estimate(mean, Math.sqrt(squares) / sum);
    }

    /** KL(p‖π). @param logPi [N] */
    public Estimate kl(double z, double... logPi) {
        return Estimate.mean(klTerms(z, logPi));
    }

    /** TVD(p,π), from 0 to 1. */
    public Estimate tvd(double z, double... logPi) {
        return Estimate.mean(tvdTerms(z, logPi));
    }

    /** JS(p,π), from 0 to log 2. */
    public Estimate js(double z, double... logPi) {
        return Estimate.mean(jsTerms(z, logPi));
    }

    double[] klTerms(double z, double... logPi) {
        return terms(
                j -> -Math.log(z) + (logP[j] == Double.NEGATIVE_INFINITY ? 0 : ratio(j) / z * (logP[j] - logPi[j])));
    }

    double[] tvdTerms(double z, double... logPi) {
        return terms(j -> 0.5 * Math.abs(Math.exp(logPi[j] - logQ[j]) - ratio(j) / z));
    }

    double[] jsTerms(double z, double... logPi) {
        return terms(j -> {
            double p = ratio(j) / z;
            double r = Math.exp(logPi[j] - logQ[j]);
            return 0.5 * (part(p, p + r) + part(r, p + r));
        });
    }

    private static double part(double of, double both) {
        return of == 0 ? 0 : of * Math.log(2 * of / both);
    }

    private double ratio(int j) {
        return Math.exp(logP[j] - logQ[j]);
    }

    private double[] terms(Term term) {
        double[] all = new double[logP.length];
        for (int j = 0; j < all.length; j++) {
            all[j] = term.of(j);
        }
        return all;
    }
}
