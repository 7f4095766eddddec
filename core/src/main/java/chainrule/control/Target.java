package chainrule.control;

import java.util.ArrayList;
import java.util.List;

/**
 * An energy-based model P(x) = a(x)·b(x)·exp(λ·φ(x)): it scores texts, and is not normalised. Among all distributions that
 * keep its constraints, p = P/Z is the one nearest to a in KL(p‖a) (Khalifa, Elsahar and Dymetman, "A Distributional
 * Approach to Controlled Text Generation", ICLR 2021, theorem 1).
 *
 * @param base a
 * @param pointwise the factors of b
 * @param terms of λ·φ
 */
public record Target(SequenceModel base, List<Scorer> pointwise, List<Term> terms) {
    /** A feature and its weight. */
    public record Term(Scorer feature, double lambda) {}

    public Target {
        pointwise = List.copyOf(pointwise);
        terms = List.copyOf(terms);
    }

    /** Times a factor: 0 where a text is ruled out. */
    public Target only(Scorer factor) {
        List<Scorer> all = new ArrayList<>(pointwise);
        all.add(factor);
        return new Target(base, all, terms);
    }

    /** Times exp(λ φ(x)). */
    public Target times(Scorer feature, double lambda) {
        List<Term> all = new ArrayList<>(terms);
        all.add(new Term(feature, lambda));
        return new Target(base, pointwise, all);
    }

    /** log P(x)/a(x) = log b(x) + λ·φ(x); -∞ for a text that is ruled out. */
    public double logScore(Sequence x) {
        double sum = 0;
        for (Scorer b : pointwise) {
            double factor = b.of(x);
            if (factor == 0) {
                return Double.NEGATIVE_INFINITY;
            }
            sum += Math.log(factor);
        }
        for (Term term : terms) {
            sum += term.lambda() * term.feature().of(x);
        }
        return sum;
    }

    /** log P of texts whose log a is known: [N]. */
    public double[] logProbabilities(List<Sequence> texts, double... logA) {
        double[] all = new double[logA.length];
        for (int j = 0; j < all.length; j++) {
            all[j] = logA[j] + logScore(texts.get(j));
        }
        return all;
    }

    /** log P of texts: [N]. */
    public double[] logProbabilities(List<Sequence> texts) {
        return logProbabilities(texts, base.logProbabilities(texts));
    }

    /** Every feature in it, those of b first. */
    public List<Scorer> features() {
        List<Scorer> all = new ArrayList<>(pointwise);
        terms.forEach(term -> all.add(term.feature()));
        return all;
    }
}
