package chainrule.eval;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Collection;
import java.util.List;

/**
 * How little texts repeat themselves, (1 − rep-2)(1 − rep-3)(1 − rep-4): 1 where no text has the same two words twice,
 * near 0 where decoding loops (Su et al., "A Contrastive Framework for Neural Text Generation", 2022). Human continuations
 * of web text score about 0.94, greedy search with GPT-2 about 0.05. Without n-grams to count it is 1, see {@link Ngrams}.
 *
 * @param rep2 rep-2, from 0 to 1
 */
public record Diversity(double rep2, double rep3, double rep4) {
    /** Of texts that are lists of words or of token ids, as the formula says. */
    public static Diversity of(Collection<? extends List<?>> texts) {
        return new Diversity(
                Ngrams.of(2, texts).rep(),
                Ngrams.of(3, texts).rep(),
                Ngrams.of(4, texts).rep());
    }

    /**
     * As the authors' script counts, for comparison with published figures: the last n-gram of every text is not seen, and
     * rep-n is rounded to 0.01 % before it is used. The difference is about 0.0003.
     */
    public static Diversity official(Collection<? extends List<?>> texts) {
        List<? extends List<?>> seen =
                texts.stream().map(t -> t.subList(0, Math.max(0, t.size() - 1))).toList();
        Diversity exact = of(seen);
        return new Diversity(rounded(exact.rep2), rounded(exact.rep3), rounded(exact.rep4));
    }

    public double value() {
        return (1 - rep2) * (1 - rep3) * (1 - rep4);
    }

    private static double rounded(double rep) {
        return new BigDecimal(100 * rep).setScale(2, RoundingMode.HALF_EVEN).doubleValue() / 100;
    }
}
