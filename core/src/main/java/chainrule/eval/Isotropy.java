package chainrule.eval;

import chainrule.BadInput;
import chainrule.model.CausalLM;
import chainrule.model.Input;
import chainrule.model.Tap;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import chainrule.text.Tokenizer;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How far a model's token vectors point in different directions: 1 less the mean cosine of two tokens of a text (Su and
 * Collier, "Contrastive Search Is What You Need For Neural Text Generation", 2023). It is near 1 where they are spread and 0
 * where all are alike; GPT-2 small has 0.10, GPT-2 large 0.70.
 *
 * <pre>1 − Σ[texts] Σ[i≠j] cos(h[i], h[j]) / Σ[texts] T(T − 1)</pre>
 *
 * <p>Texts are pooled by pairs, so long ones weigh more. With u = h/‖h‖ the inner sum is ‖Σ u‖² − Σ ‖u‖², which needs no T×T
 * matrix. A first token's vector that swallows attention counts like any other: report the figure without position 0, too. A
 * zero vector's cosines are 0.
 *
 * @param pairSum the cosines of all pairs
 * @param pairs ordered pairs of different tokens of one text
 */
public record Isotropy(double pairSum, long pairs) {
    /** The most texts that the authors' script looks at. */
    private static final int TEXTS = 2000;
    /** The most tokens of a text that it looks at. */
    private static final int TOKENS = 256;
    /** Shorter vectors count as zero. */
    private static final double SHORTEST = 1e-12;

    /** Of one text. @param hTD its last layer's vectors after the final norm, which the output head reads */
    public static Isotropy of(Tensor hTD) {
        try (var _ = new Scope();
                var _ = new NoGradGuard()) {
            long tokens = hTD.size(0);
            Tensor unit = unit(hTD.to(ScalarType.Double));
            Tensor sum = unit.sum(0).square().sum().sub(unit.square().sum());
            return new Isotropy(sum.item_double(), tokens * (tokens - 1));
        }
    }

    /**
     * Of a model on texts of token ids; a text of one token has no pairs.
     *
     * @param skip how many of a text's first positions are left out: 0, or 1 to leave out the first
     * @throws BadInput where a text is empty or longer than the model's context
     */
    public static Isotropy of(CausalLM lm, List<int[]> texts, int skip) {
        return texts.stream().map(ids -> of(lm, ids, skip)).reduce(new Isotropy(0, 0), Isotropy::plus);
    }

    /**
     * Of a model on texts, taken as the authors' script takes them: white space around a text goes, texts of fewer than two
     * characters are left out, at most 2000 are read and 256 tokens of each, no token is put in front.
     */
    public static Isotropy of(CausalLM lm, Tokenizer tokenizer, List<String> texts, int skip) {
        return of(lm, taken(tokenizer, texts), skip);
    }

    static List<int[]> taken(Tokenizer tokenizer, List<String> texts) {
        return texts.stream()
                .map(WordSplit::strip)
                .filter(t -> t.codePointCount(0, t.length()) > 1)
                .limit(TEXTS)
                .map(t -> tokenizer.ids(t, false))
                .map(ids -> Arrays.copyOf(ids, Math.min(TOKENS, ids.length)))
                .toList();
    }

    private static Isotropy of(CausalLM lm, int[] ids, int skip) {
        if (ids.length == 0) {
            throw new BadInput("A text without tokens has no vectors: leave it out.");
        }
        try (var _ = new Scope();
                var _ = new NoGradGuard()) {
            Tensor hidden =
                    lm.forward(Input.of(Ops.ids(new int[][] {ids})), Tap.NONE).hidden();
            return of(Ops.slice(hidden, 0, Math.min(skip, ids.length - 1), ids.length));
        }
    }

    /** Rows of length 1; a zero row stays zero. */
    static Tensor unit(Tensor xND) {
        Tensor length = xND.norm(new ScalarOptional(new Scalar(2)), new long[] {1}, true);
        return xND.div(length.clamp_min(new Scalar(SHORTEST)));
    }

    /** Of the texts of both. */
    public Isotropy plus(Isotropy other) {
        return new Isotropy(pairSum + other.pairSum, pairs + other.pairs);
    }

    /** The mean cosine, from −1 to 1. @throws BadInput where no text has two tokens */
    public double selfSimilarity() {
        if (pairs == 0) {
            throw new BadInput("Isotropy compares the tokens of a text: give a text of two tokens or more.");
        }
        return pairSum / pairs;
    }

    /** 1 less {@link #selfSimilarity}. */
    public double value() {
        return 1 - selfSimilarity();
    }
}
