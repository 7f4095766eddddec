package chainrule.decode;

import chainrule.BadInput;
import chainrule.decode.rule.Path;
import chainrule.model.CausalLM;
import java.util.ArrayList;
import java.util.List;

/**
 * Greedy search that meets resistance where it is about to walk in circles. The text is a walk on a graph of tokens: while
 * the most probable token is a new one it is taken; where it has occurred, each of the k most probable tokens pays for the
 * depth to which it would retrace an old path. Lan et al., "Momentum Decoding: Open-ended Text Generation As Graph
 * Exploration", 2022:
 *
 * <pre>x[t] = argmax { p(v | x[&lt;t]) - α · r(L(v)) : v among the k most probable }</pre>
 *
 * p is the softmax over the whole vocabulary, after the rules. L(v) is 0 for a token that the text does not have, otherwise
 * the largest n up to 5 such that the text has the n tokens which would end it with v, anywhere and perhaps overlapping
 * its end. The first of equals wins, so also where all meet infinite resistance. An unseen best token pays nothing and
 * cannot lose, so most tokens cost what they cost in greedy search, and none costs a second pass. With α = 0 or k = 1 this
 * is greedy search.
 *
 * <p>The paper takes k = 5, α = 0.2 and the resistances 1, 3, 4, 5, 6: a token that has merely occurred may come again
 * where it is 0.2 more probable than the best new one, a path of four tokens only where nothing else is left. α counts in
 * probabilities: a flatter distribution wants a smaller one. Ends of the text are, unlike in the published code, no part
 * of the graph unless that is asked for: in a conversation every turn has one.
 *
 * @param k the number of candidates
 * @param alpha α, at least 0
 * @param resistance r
 * @param prompt whether the prompt is part of the text that may not be retraced; not where copying from it is wanted
 * @param ends whether tokens that end the text meet resistance
 */
public record Momentum(int k, double alpha, Resistance resistance, boolean prompt, boolean ends) implements Decoding {
    public Momentum {
        Candidates.check(k, Integer.MAX_VALUE);
        if (!(alpha >= 0 && alpha < Double.POSITIVE_INFINITY)) {
            throw new BadInput("alpha must be a number from 0 on, not " + alpha + ".");
        }
    }

    /** The prompt counts, ends do not. */
    public Momentum(int k, double alpha, Resistance resistance) {
        this(k, alpha, resistance, true, false);
    }

    /** The paper's settings. */
    public Momentum() {
        this(5, 0.2, new Resistance.FirstRelease());
    }

    @Override
    public void check(CausalLM lm) {
        Candidates.check(k, lm.vocabulary());
    }

    @Override
    public Run start(Text text) {
        return k == 1 || alpha == 0 ? new Greedy().start(text) : new TokenByToken(text, new Walk(this));
    }

    /** What every token would pay after {@code path}, as depths. */
    byte[] depths(int vocabulary, Path path) {
        byte[] depths = depths(vocabulary, path.ids(prompt ? 0 : path.promptLength()));
        for (int end : path.ends()) {
            depths[end] = ends ? depths[end] : 0;
        }
        return depths;
    }

    /** Each candidate with the penalty α · r(L). */
    List<Weighed> weigh(Candidates candidates, byte[] depths) {
        List<Weighed> all = new ArrayList<>(candidates.count());
        for (int i = 0; i < candidates.count(); i++) {
            int token = candidates.tokens()[i];
            double p = candidates.probabilities()[i];
            double penalty = depths[token] == 0 ? 0 : alpha * resistance.at(depths[token]);
            all.add(new Weighed(token, p, penalty, p - penalty));
        }
        return all;
    }

    /** L of every token after {@code text}. */
    static byte[] depths(int vocabulary, int... text) {
        byte[] depths = new byte[vocabulary];
        for (int at = 0; at < text.length; at++) {
            int n = 1;
            while (n < Resistance.DEEPEST && n <= at && text[at - n] == text[text.length - n]) {
                n++;
            }
            depths[text[at]] = (byte) Math.max(depths[text[at]], n);
        }
        return depths;
    }
}
