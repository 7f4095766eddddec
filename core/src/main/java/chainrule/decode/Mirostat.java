package chainrule.decode;

import chainrule.BadInput;
import chainrule.decode.filter.Distribution;
import java.util.Locale;

/**
 * Sampling that keeps the text's surprise at a target, and so its perplexity, whatever its length: only the most probable
 * tokens may be drawn, and how many is settled after every token by how far its surprise was off. Basu et al., "Mirostat: A
 * Neural Text Decoding Algorithm that Directly Controls Perplexity", 2021, where texts that are cut too hard come to repeat
 * themselves and those that are cut too little to make no sense:
 *
 * <pre>μ[1] = 2τ,  μ[t+1] = μ[t] - η · (-log2 p(x[t]) - τ)</pre>
 *
 * Rules change the logits before. A token is drawn in descending order of probability. The versions differ in which tokens may
 * be drawn and in p.
 *
 * @param tau τ, the target in bits for each token, at least 0; a perplexity of 2<sup>τ</sup>
 * @param eta η, the learning rate, at least 0: 1 in the authors' code, 0.1 in llama.cpp
 */
public record Mirostat(double tau, double eta, Version version) implements Decoding {
    private static final double NATURAL = Math.log(2);

    /** Which tokens may be drawn, and which distribution surprise is measured by. */
    public enum Version {
        /**
         * The paper's first as in the authors' code: the k best, k = round((ε · 2<sup>μ</sup> / (1 -
         * 50000<sup>-ε</sup>))<sup>1/s</sup>) + 1, where ε = s - 1 and s is Zipf's exponent, estimated from the ratios of the
         * 101 best probabilities. p is the model's.
         */
        V1,
        /**
         * The first as in llama.cpp: 100 best probabilities, the vocabulary's size in place of 50000, k cut to a whole number,
         * at least 1. p is the distribution that is drawn from.
         */
        V1_LLAMA_CPP,
        /**
         * The paper's second, which assumes nothing of the distribution's shape, as in llama.cpp: the tokens whose own surprise
         * is at most μ, at least one. p is the distribution that is drawn from.
         */
        V2;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Mirostat {
        if (!(tau >= 0 && eta >= 0 && tau + eta < Double.POSITIVE_INFINITY)) {
            throw new BadInput("tau and eta must be numbers from 0 on, not " + tau + " and " + eta + ".");
        }
    }

    /** The second version with llama.cpp's τ = 5 and η = 0.1. */
    public Mirostat() {
        this(5, 0.1, Version.V2);
    }

    @Override
    public Run start(Text text) {
        Control control = new Control(this);
        return new TokenByToken(
                text, (scores, path) -> control.next(scores, text.draws().at(path.length())));
    }

    /** The bound on surprise, as it is after the tokens so far. */
    static final class Control {
        private static final int BEST = 100;
        private static final double AUTHORS_VOCABULARY = 50_000;

        private final Mirostat method;
        private double mu;

        Control(Mirostat method) {
            this.method = method;
            this.mu = 2 * method.tau;
        }

        /** μ, in bits. */
        double mu() {
            return mu;
        }

        /** The next token by the draw {@code u}. */
        int next(float[] scores, double u) {
            Distribution p = Distribution.of(scores);
            int[] kept = Distribution.best(kept(p), scores);
            double mass = 0;
            for (int token : kept) {
                mass += p.probability(token);
            }
            int at = 0;
            double left = u * mass - p.probability(kept[0]);
            while (left >= 0 && at < kept.length - 1) {
                at++;
                left -= p.probability(kept[at]);
            }
            double bits = -p.logProbability(kept[at]) / NATURAL;
            double surprise = method.version == Version.V1 ? bits : bits + Math.log(mass) / NATURAL;
            mu -= method.eta * (surprise - method.tau);
            return kept[at];
        }

        /** How many of the best tokens may be drawn, at least 1 and none that is impossible. */
        int kept(Distribution p) {
            int possible = 0;
            int expected = 0;
            for (int token = 0; token < p.scores().length; token++) {
                possible += p.scores()[token] > Float.NEGATIVE_INFINITY ? 1 : 0;
                expected += -p.logProbability(token) <= mu * NATURAL ? 1 : 0;
            }
            double k = switch (method.version) {
                case V1 -> Math.rint(best(zipf(p.scores()), AUTHORS_VOCABULARY)) + 1;
                case V1_LLAMA_CPP -> Math.floor(best(zipf(p.scores()), p.scores().length));
                case V2 -> expected;
            };
            return k > 1 ? (int) Math.max(1, Math.min(k, possible)) : 1;
        }

        /** k for Zipf's exponent {@code s}, the paper's equation for a vocabulary of {@code n} tokens. */
        private double best(double s, double n) {
            double e = s - 1;
            double inverse = e == 0 ? 1 / Math.log(n) : e / (1 - Math.pow(n, -e));
            return Math.pow(inverse * Math.pow(2, mu), 1 / s);
        }

        /** The least squares estimate of Zipf's exponent from the ratios of neighbours among the best probabilities. */
        double zipf(float[] scores) {
            int[] best = Distribution.best(method.version == Version.V1 ? BEST + 1 : BEST, scores);
            double product = 0;
            double square = 0;
            for (int i = 0; i + 1 < best.length && scores[best[i + 1]] > Float.NEGATIVE_INFINITY; i++) {
                double t = Math.log((i + 2.0) / (i + 1));
                product += t * (scores[best[i]] - scores[best[i + 1]]);
                square += t * t;
            }
            return product / square;
        }
    }
}
