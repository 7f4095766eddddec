package chainrule.eval;

import chainrule.BadInput;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import chainrule.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How near the distribution of generated texts comes to that of human ones (Pillutla et al., "MAUVE: Measuring the Gap
 * Between Neural Text and Human Text using Divergence Frontiers", 2021): 1 for the same, towards 0 for different ones. The
 * texts' vectors, all of length 1, are reduced to the principal components that hold {@code variance} of them and clustered;
 * the share of either side's texts in each cluster makes two histograms, which a {@link Frontier} compares.
 *
 * <p>Published figures take GPT-2 large's {@link LastState} and are times 100; Su and Collier, "Contrastive Search Is
 * What You Need For Neural Text Generation", 2023, take 1000 {@link Pairs} of at most 200 tokens. Figures from other vectors,
 * lengths or numbers of texts are not comparable.
 *
 * @param clusters empty: a tenth of the smaller side's texts, two at least
 * @param scaling of the {@link Frontier}
 * @param points of the {@link Frontier}
 * @param variance share of the variance that is kept, above 0 and below 1
 * @param starts of k-means
 * @param seed of k-means
 */
public record Mauve(OptionalInt clusters, double scaling, int points, double variance, int starts, long seed) {
    /** The most moves of k-means' centres. */
    private static final int STEPS = 500;

    public Mauve {
        if (clusters.isPresent() && clusters.getAsInt() < 1) {
            throw new BadInput("There must be one cluster or more, not " + clusters.getAsInt() + ".");
        }
        if (!(variance > 0 && variance < 1) || starts < 1) {
            throw new BadInput("The variance kept must lie between 0 and 1 and the starts be 1 or more, not " + variance
                    + " and " + starts + ".");
        }
    }

    /** The paper's settings. */
    public Mauve() {
        this(OptionalInt.empty(), 5, 25, 0.9, 5, 25);
    }

    /**
     * What was found.
     *
     * @param histograms as counted
     * @param smoothed with half a text more in every cluster of each side
     */
    public record Score(Frontier histograms, Frontier smoothed) {
        /** MAUVE. */
        public double value() {
            return histograms.area();
        }

        /** MAUVE*, from the smoothed histograms. */
        public double star() {
            return smoothed.area();
        }
    }

    /** Two sides of texts as token ids, text by text of the same length. */
    public record Pairs(List<int[]> human, List<int[]> generated) {
        /**
         * Pairs of a human and a generated continuation, each cut to the length of the shorter, so that length alone tells
         * nothing; pairs whose generated side is then blank are left out.
         *
         * @param longest the most tokens of a text
         */
        public static Pairs cut(Tokenizer tokenizer, List<String> human, List<String> generated, int longest) {
            if (human.size() != generated.size()) {
                throw new BadInput("There are " + human.size() + " human texts and " + generated.size()
                        + " generated ones: give pairs.");
            }
            var pairs = new Pairs(new ArrayList<>(), new ArrayList<>());
            for (int i = 0; i < human.size(); i++) {
                int[] a = tokenizer.ids(human.get(i), false);
                int[] b = tokenizer.ids(generated.get(i), false);
                int length = Math.min(longest, Math.min(a.length, b.length));
                int[] shown = Arrays.copyOf(b, length);
                if (!WordSplit.strip(tokenizer.decode(shown, false)).isEmpty()) {
                    pairs.human.add(Arrays.copyOf(a, length));
                    pairs.generated.add(shown);
                }
            }
            return pairs;
        }
    }

    /** Of texts. @throws BadInput as {@link #of(Tensor, Tensor)} */
    public <T> Score of(List<T> human, List<T> generated, Embedder<T> embedder) {
        if (human.isEmpty() || generated.isEmpty()) {
            throw new BadInput("There are " + human.size() + " human texts and " + generated.size()
                    + " generated ones: give at least one of each.");
        }
        try (var _ = new Scope()) {
            return of(embedder.embed(human), embedder.embed(generated));
        }
    }

    /**
     * Of the texts' vectors.
     *
     * @param pND of human texts, [N,D]
     * @param qMD of generated texts, [M,D]
     * @throws BadInput where a side has no rows, widths differ, a number is not finite, or there are more clusters than rows
     */
    public Score of(Tensor pND, Tensor qMD) {
        check(pND, qMD);
        long fewest = Math.min(pND.size(0), qMD.size(0));
        int count = clusters.orElse((int) Math.max(2, Math.rint(fewest / 10.0)));
        int split = (int) pND.size(0);
        if (count > split + qMD.size(0)) {
            throw new BadInput("There are more clusters, " + count + ", than texts, " + (split + qMD.size(0))
                    + ": ask for fewer.");
        }
        try (var _ = new Scope();
                var _ = new NoGradGuard()) {
            Tensor both = Ops.cat(List.of(pND.to(ScalarType.Double), qMD.to(ScalarType.Double)), 0);
            Pca reduced = Pca.of(Isotropy.unit(both), variance);
            int[] labels = new KMeans(count, starts, STEPS, seed)
                    .of(reduced.scoresNK())
                    .labels();
            return of(Arrays.copyOf(labels, split), Arrays.copyOfRange(labels, split, labels.length), count);
        }
    }

    /** Of the texts' clusters, numbered from 0. */
    Score of(int[] p, int[] q, int count) {
        long[] human = new long[count];
        long[] generated = new long[count];
        Arrays.stream(p).forEach(c -> human[c]++);
        Arrays.stream(q).forEach(c -> generated[c]++);
        return new Score(
                Frontier.of(human, generated, 0, scaling, points), Frontier.of(human, generated, 0.5, scaling, points));
    }

    private static void check(Tensor p, Tensor q) {
        try (var _ = new Scope()) {
            if (p.dim() != 2 || q.dim() != 2 || p.size(0) == 0 || q.size(0) == 0 || p.size(1) != q.size(1)) {
                throw new BadInput(
                        "MAUVE compares two matrices with a row for each text and the same number of columns, not "
                                + Arrays.toString(p.sizes().vec().get()) + " and "
                                + Arrays.toString(q.sizes().vec().get()) + ".");
            }
            if (!p.isfinite().all().item_bool() || !q.isfinite().all().item_bool()) {
                throw new BadInput("A text's vector has a number that is not finite: look at the embedder.");
            }
        }
    }
}
