package chainrule.decode.draft;

import chainrule.decode.filter.Distribution;
import chainrule.decode.filter.Filter;
import chainrule.decode.rule.Path;
import chainrule.decode.rule.Rules;
import java.util.List;
import java.util.Optional;

/**
 * How scores become the law that the next token is drawn from: rules, then filters, then a softmax. The model's scores and
 * the draft's go through the same. Laws are probabilities in the vocabulary's order, [V], in double precision.
 */
public record Law(Rules rules, List<Filter> filters) {
    public Law {
        filters = List.copyOf(filters);
    }

    /** The law after {@code path}; empty where no token can follow. Changes the scores. */
    public Optional<double[]> after(float[] scores, Path path) {
        rules.apply(scores, path);
        return of(scores);
    }

    /** The law of scores to which the rules were applied. Changes the scores. */
    Optional<double[]> of(float[] scores) {
        filters.forEach(f -> f.apply(scores));
        int only = only(scores);
        if (only >= 0) {
            double[] certain = new double[scores.length];
            certain[only] = 1;
            return Optional.of(certain);
        }
        Distribution distribution = Distribution.of(scores);
        return Double.isFinite(distribution.normaliser())
                ? Optional.of(distribution.probabilities())
                : Optional.empty();
    }

    /** The one token that is left, as after greedy search's filter; -1 where there are others. */
    private static int only(float[] scores) {
        int only = -1;
        for (int i = 0; i < scores.length; i++) {
            if (scores[i] != Float.NEGATIVE_INFINITY) {
                if (only >= 0 || !Float.isFinite(scores[i])) {
                    return -1;
                }
                only = i;
            }
        }
        return only;
    }

    /** {@code law} given that it is not {@code token}; no elements where there is no other. */
    static double[] without(int token, double[] law) {
        double[] rest = law.clone();
        rest[token] = 0;
        return normalised(rest) ? rest : new double[0];
    }

    /** norm(max(p - q, 0)), what of p a draft drawn from q does not cover; p itself where that is nothing. */
    static double[] excess(double[] p, double[] q) {
        double[] rest = new double[p.length];
        for (int i = 0; i < p.length; i++) {
            rest[i] = i < q.length ? Math.max(p[i] - q[i], 0) : p[i];
        }
        return normalised(rest) ? rest : p;
    }

    private static boolean normalised(double[] weights) {
        double sum = 0;
        for (double w : weights) {
            sum += w;
        }
        for (int i = 0; i < weights.length; i++) {
            weights[i] /= sum;
        }
        return sum > 0;
    }
}
