package chainrule.decode;

import chainrule.BadInput;
import chainrule.model.CausalLM;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * The token, among the k most probable, that is probable and whose hidden vector is unlike the vector of every token
 * before it. So a text neither repeats itself, as greedy search does, nor drifts, as sampling does; nothing is drawn.
 * Su et al., "A Contrastive Framework for Neural Text Generation", 2022; Su and Collier, "Contrastive Search Is What You
 * Need For Neural Text Generation", 2023:
 *
 * <pre>x[t] = argmax { (1-α) · p(v | x[&lt;t]) - α · max { cos(h(v), h(x[j])) : j &lt; t } : v among the k most probable }</pre>
 *
 * p is the softmax over the whole vocabulary, after the rules. h(v) is the output head's input, after the final norm,
 * where v follows the text. The first of equals wins, and where there is no vector to be unlike, the most probable token.
 * With k = 1 or α = 0 this is greedy search, with α = 1 the least similar of the k. It is neither contrastive decoding,
 * which compares two models, nor a penalty on tokens that have occurred.
 *
 * <p>The candidates are siblings in one tree: one pass reads all k, nothing of the text before them is copied, and the
 * winner's logits are the next step's. The authors take k from 3 to 10 and α from 0.5 to 0.8: k = 5 and α = 0.6 for
 * English text and summaries, k = 3 and α = 0.4 for code and translation.
 *
 * @param k the number of candidates
 * @param alpha α, from 0 to 1
 * @param prompt whether tokens of the prompt are among those to be unlike; not where copying from it is wanted
 * @param window how many of the latest tokens are among those to be unlike; empty: all
 */
public record ContrastiveSearch(int k, double alpha, boolean prompt, OptionalInt window) implements Decoding {
    public ContrastiveSearch {
        Candidates.check(k, Integer.MAX_VALUE);
        if (!(alpha >= 0 && alpha <= 1)) {
            throw new BadInput("alpha must lie between 0 and 1, not " + alpha + ".");
        }
        if (window.orElse(1) < 1) {
            throw new BadInput("window must be at least 1, not " + window.getAsInt() + ".");
        }
    }

    /** All tokens count, those of the prompt too. */
    public ContrastiveSearch(int k, double alpha) {
        this(k, alpha, true, OptionalInt.empty());
    }

    /** Five candidates, α = 0.6. */
    public ContrastiveSearch() {
        this(5, 0.6);
    }

    @Override
    public void check(CausalLM lm) {
        Candidates.check(k, lm.vocabulary());
    }

    @Override
    public Run start(Text text) {
        return k == 1 || alpha == 0 ? new Greedy().start(text) : new ContrastiveRun(this, text);
    }

    /** Each candidate with the penalty α·cosine. */
    List<Weighed> weigh(Candidates candidates, double[] cosines) {
        List<Weighed> all = new ArrayList<>(candidates.count());
        for (int i = 0; i < candidates.count(); i++) {
            double p = candidates.probabilities()[i];
            double penalty = alpha * cosines[i];
            all.add(new Weighed(candidates.tokens()[i], p, penalty, (1 - alpha) * p - penalty));
        }
        return all;
    }
}
