package chainrule.control;

import chainrule.BadInput;
import chainrule.tensor.Counter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Quasi-rejection sampling: a text x of a proposal q is accepted with probability min(1, P(x)/(β q(x))). The accepted ones
 * follow p_β ∝ min(q, P/β), which is the nearer to p the larger β is, and p itself where β bounds P/q: then this is
 * rejection sampling, with acceptance rate Z/β (Eikema, Kruszewski, Dance, Elsahar and Dymetman, "An Approximate Sampler
 * for Energy-based Models with Divergence Diagnostics", TMLR 2022). For a pointwise constraint and q = a, β = 1 is exact.
 *
 * @param beta above 0
 */
public record QuasiRejection(double beta) {
    public QuasiRejection {
        if (!(beta > 0)) {
            throw new BadInput("β must be above 0, not " + beta + ".");
        }
    }

    /**
     * What samples of q say of the sampler.
     *
     * @param acceptance the share of texts that are accepted
     * @param kl KL(p‖p_β)
     * @param tvd TVD(p,p_β)
     */
    public record Quality(double beta, Estimate acceptance, Estimate kl, Estimate tvd) {}

    /**
     * Texts that were accepted.
     *
     * @param drawn how many were drawn for them
     */
    public record Accepted(List<Sequence> texts, int drawn) {
        public double rate() {
            return (double) texts.size() / drawn;
        }
    }

    /** Judges β by texts of q. */
    public Quality quality(ImportanceWeights weights) {
        double[] accepted = new double[weights.logP().length];
        for (int j = 0; j < accepted.length; j++) {
            accepted[j] = logAcceptance(weights.logP()[j], weights.logQ()[j]);
        }
        double[] rates = new double[accepted.length];
        for (int j = 0; j < rates.length; j++) {
            rates[j] = Math.exp(accepted[j]);
        }
        Estimate acceptance = Estimate.mean(rates);
        double[] logPBeta = new double[accepted.length];
        for (int j = 0; j < logPBeta.length; j++) {
            logPBeta[j] = weights.logQ()[j] + accepted[j] - Math.log(acceptance.value());
        }
        double z = weights.z().value();
        return new Quality(beta, acceptance, weights.kl(z, logPBeta), weights.tvd(z, logPBeta));
    }

    /**
     * Draws texts until {@code count} are accepted or {@code most} have been drawn.
     *
     * @param block how many are drawn and scored at a time
     * @param progress is told how many are accepted
     * @throws BadInput where not one of {@code most} was accepted
     */
    public Accepted sample(
            Target target, Sampler proposal, int count, int most, int block, long seed, IntConsumer progress) {
        Counter chance = Counter.of(seed, "acceptance");
        List<Sequence> texts = new ArrayList<>();
        int drawn = 0;
        while (texts.size() < count && drawn < most) {
            Sampler.Drawn part = proposal.draw(Math.min(block, most - drawn), seed, drawn);
            double[] logP = target.logProbabilities(part.texts());
            int seen = 0;
            while (seen < logP.length && texts.size() < count) {
                if (chance.uniform(drawn + (long) seen) < Math.exp(logAcceptance(logP[seen], part.logQ()[seen]))) {
                    texts.add(part.texts().get(seen));
                }
                seen++;
            }
            drawn += seen;
            progress.accept(texts.size());
        }
        if (texts.isEmpty() && count > 0) {
            throw new BadInput("None of " + drawn + " texts was accepted at β = " + beta
                    + ": draw more, lower β, or sample from a model that was trained towards the target.");
        }
        return new Accepted(texts, drawn);
    }

    private double logAcceptance(double logP, double logQ) {
        return Math.min(0, logP - Math.log(beta) - logQ);
    }
}
