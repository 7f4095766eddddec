package chainrule.eval;

import chainrule.BadInput;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/**
 * BLEU, how many of a text's n-grams references have as well: the geometric mean of the precisions p[n] of orders 1 to N,
 * times a penalty for texts shorter than their references (Papineni et al., "BLEU: a Method for Automatic Evaluation of
 * Machine Translation", 2002).
 *
 * <pre>BLEU = min(1, e^(1 − r/c)) · exp(1/N Σ ln p[n])</pre>
 *
 * <p>An n-gram matches at most as often as the reference that has it most often; c is the text's length and r that of the
 * reference nearest to it, of two the shorter. Texts are lists of words (see {@link WordSplit}) or of token ids. Scores go
 * from 0 to 1, where sacreBLEU's go to 100; a text without any match, an empty one too, has 0.
 *
 * @param order N; 4 in the literature
 * @param absent what an order counts of which there is no n-gram
 */
public record Bleu(int order, Smoothing smoothing, Absent absent) {
    /** What an order counts of which a text is too short to have any n-gram. */
    public enum Absent {
        /** The score is 0: sacreBLEU for a corpus. */
        ZERO,
        /** The mean is over the other orders: sacreBLEU's effective order, for a single text. */
        LEFT_OUT,
        /** It has one n-gram, without a match: NLTK. */
        ONE_MISS
    }

    public Bleu {
        if (order < 1) {
            throw new BadInput("BLEU's order must be at least 1, not " + order + ".");
        }
    }

    /** sacreBLEU's settings for a corpus. */
    public static Bleu corpus() {
        return new Bleu(4, new Smoothing.Halving(), Absent.ZERO);
    }

    /** sacreBLEU's settings for a single text. */
    public static Bleu sentence() {
        return new Bleu(4, new Smoothing.Halving(), Absent.LEFT_OUT);
    }

    /**
     * What was counted, for orders 1, 2 and so on, the first being at index 0.
     *
     * @param totals n-grams
     * @param length c
     * @param referenceLength r
     */
    public record Counts(long[] matches, long[] totals, long length, long referenceLength) {
        /** The last order that is counted whatever N is: {@link Smoothing.Neighbours} looks at it. */
        static final int LAST = 5;

        private static Counts sum(Counts a, Counts b) {
            return new Counts(
                    sum(a.matches, b.matches),
                    sum(a.totals, b.totals),
                    a.length + b.length,
                    a.referenceLength + b.referenceLength);
        }

        private static long[] sum(long[] a, long... b) {
            return IntStream.range(0, a.length).mapToLong(n -> a[n] + b[n]).toArray();
        }

        private Counts withOneMiss() {
            long[] some = Arrays.stream(totals).map(t -> Math.max(1, t)).toArray();
            return new Counts(matches, some, length, referenceLength);
        }

        /** Without smoothing; 0 where there are no n-grams. */
        double precision(int n) {
            return totals[n - 1] == 0 ? 0 : (double) matches[n - 1] / totals[n - 1];
        }

        /** min(1, e^(1 − r/c)); 0 for an empty text. */
        public double brevityPenalty() {
            return length == 0 ? 0 : Math.min(1, Math.exp(1 - (double) referenceLength / length));
        }
    }

    /** @param precisions p[1] to p[N] after smoothing; 0 for an order without n-grams, and all 0 where nothing matches */
    public record Score(double value, double[] precisions, Counts counts) {}

    /** Of one text. @throws BadInput where it has no reference */
    public <T> Score of(List<T> text, List<List<T>> references) {
        return score(counts(text, references));
    }

    /** Of many texts, each with its references: counts are summed first. @throws BadInput where one has no reference */
    public <T> Score ofCorpus(List<List<T>> texts, List<List<List<T>>> references) {
        if (texts.isEmpty() || texts.size() != references.size()) {
            throw new BadInput("There are " + texts.size() + " texts and references for " + references.size()
                    + ": give one text or more, each with its references.");
        }
        return score(IntStream.range(0, texts.size())
                .mapToObj(i -> counts(texts.get(i), references.get(i)))
                .reduce(Counts::sum)
                .orElseThrow());
    }

    /**
     * Self-BLEU: the mean BLEU of each text with all others as its references, high where texts are alike (Zhu et al.,
     * "Texygen: A Benchmarking Platform for Text Generation Models", 2018, with {@code Floor(0.1)} and {@code ONE_MISS}).
     *
     * @throws BadInput where there are fewer than two texts
     */
    public <T> double self(List<List<T>> texts) {
        if (texts.size() < 2) {
            throw new BadInput(
                    "Self-BLEU compares texts with one another: give two or more, not " + texts.size() + ".");
        }
        Map<List<T>, Most> most = new HashMap<>();
        for (int i = 0; i < texts.size(); i++) {
            int owner = i;
            grams(texts.get(i)).forEach((gram, count) -> most.merge(gram, new Most(count, owner, 0), Most::or));
        }
        return IntStream.range(0, texts.size())
                .mapToObj(i -> counts(
                        texts.get(i),
                        IntStream.range(0, texts.size())
                                .filter(j -> j != i)
                                .map(j -> texts.get(j).size()),
                        gram -> most.getOrDefault(gram, Most.NONE).without(i)))
                .mapToDouble(counts -> score(counts).value)
                .average()
                .orElseThrow();
    }

    /** How often the text that has an n-gram most often has it, and how often the next. */
    private record Most(int count, int owner, int next) {
        static final Most NONE = new Most(0, -1, 0);

        Most or(Most later) {
            return later.count > count
                    ? new Most(later.count, later.owner, count)
                    : new Most(count, owner, Math.max(next, later.count));
        }

        int without(int text) {
            return text == owner ? next : count;
        }
    }

    private <T> Counts counts(List<T> text, List<List<T>> references) {
        if (references.isEmpty()) {
            throw new BadInput("A text without a reference has no BLEU: give it at least one.");
        }
        Map<List<T>, Integer> most = new HashMap<>();
        references.forEach(r -> grams(r).forEach((gram, count) -> most.merge(gram, count, Math::max)));
        return counts(text, references.stream().mapToInt(List::size), gram -> most.getOrDefault(gram, 0));
    }

    /** @param most how often a reference has an n-gram, of all references the most */
    private <T> Counts counts(List<T> text, IntStream referenceLengths, ToIntFunction<List<T>> most) {
        int length = text.size();
        int orders = Math.max(order, Counts.LAST);
        long[] matches = new long[orders];
        grams(text).forEach((gram, count) -> matches[gram.size() - 1] += Math.min(count, most.applyAsInt(gram)));
        long[] totals = IntStream.rangeClosed(1, orders)
                .mapToLong(n -> Math.max(0, length - n + 1))
                .toArray();
        int nearest = referenceLengths
                .boxed()
                .min((a, b) -> Math.abs(a - length) == Math.abs(b - length)
                        ? Integer.compare(a, b)
                        : Integer.compare(Math.abs(a - length), Math.abs(b - length)))
                .orElseThrow();
        return new Counts(matches, totals, length, nearest);
    }

    private <T> Map<List<T>, Integer> grams(List<T> text) {
        Map<List<T>, Integer> all = new HashMap<>();
        for (int n = 1; n <= Math.max(order, Counts.LAST); n++) {
            all.putAll(Ngrams.counts(n, text));
        }
        return all;
    }

    private Score score(Counts counts) {
        if (Arrays.stream(counts.matches).allMatch(m -> m == 0)) {
            return new Score(0, new double[order], counts);
        }
        double[] p = smoothing.precisions(absent == Absent.ONE_MISS ? counts.withOneMiss() : counts, order);
        double mean = Arrays.stream(p)
                .filter(each -> absent != Absent.LEFT_OUT || !Double.isNaN(each))
                .map(each -> Double.isNaN(each) ? 0 : each)
                .map(Math::log)
                .average()
                .orElse(Double.NEGATIVE_INFINITY);
        double[] shown =
                Arrays.stream(p).map(each -> Double.isNaN(each) ? 0 : each).toArray();
        return new Score(counts.brevityPenalty() * Math.exp(mean), shown, counts);
    }
}
