package chainrule.decode.draft;

import chainrule.decode.rule.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Tokens stay as often as keeps the text's law exactly what it is without a draft. Leviathan, Kalman and Matias, "Fast
 * Inference from Transformers via Speculative Decoding", 2023; Chen et al., "Accelerating Large Language Model Decoding
 * with Speculative Sampling", 2023. A token x drawn from the draft's law q, where the model's is p, stays with the
 * probability
 *
 * <pre>  min(1, p(x) / q(x)),  else the next is drawn from  norm(max(p - q, 0)).</pre>
 *
 * <p>After all that stay one more token is drawn from the model's own law. Where the acceptance rate Σ min(p, q) is α
 * everywhere, a draft of γ tokens yields (1 - α<sup>γ+1</sup>) / (1 - α) tokens a pass.
 *
 * <p>In a tree the siblings are drawn without replacement and tried in turn (Jeon et al., "Recursive Speculative
 * Decoding", 2024): after each rejection p is norm(max(p - q, 0)), and q is without the sibling tried. The other known
 * rule, fixed siblings that stay with p(x) and then leave p(x) = 0 (EAGLE), is the same where each is drawn from a law of
 * its own with q(x) = 1, but accepts less of drafts that could be drawn: Σ p(x) of the siblings, not the overlap of the
 * laws. So drafts with a law are judged by the former. Tokens that were chosen without chance come last: the next token is
 * drawn, and if it is one of these, the pass has read on from it already. That has the law of the latter rule, and a draft
 * of chosen tokens changes no token of a text with the same seed.
 */
public record Lossless() implements Acceptance {
    /** What the drawn children of a node came to: the one that stays, or -1 and the law that is left then. */
    private record Trial(int child, double[] left) {}

    @Override
    public Verdict judge(Draft draft, Path path, Target target, Chance chance) {
        List<Integer> accepted = new ArrayList<>();
        Path text = path;
        int node = -1;
        do {
            Optional<double[]> p = target.after(node, text);
            if (p.isEmpty()) {
                break;
            }
            int[] children = draft.children(node);
            Trial trial = tryDrawn(draft, children, p.get(), chance, text.length());
            node = trial.child;
            if (node < 0) {
                int token = chance.draw(trial.left, text.length(), 0);
                node = chosen(draft, children, token);
                if (node < 0) {
                    return new Verdict(accepted, text, OptionalInt.of(token));
                }
            }
            accepted.add(node);
            text = text.then(draft.tokens()[node]);
        } while (!Acceptance.ended(text));
        return new Verdict(accepted, text, OptionalInt.empty());
    }

    private static Trial tryDrawn(Draft draft, int[] children, double[] p, Chance chance, int position) {
        double[] left = p;
        double[] q = Draft.CHOSEN;
        int tried = 0;
        for (int child : children) {
            if (draft.drawn(child)) {
                int token = draft.tokens()[child];
                q = tried == 0 ? draft.laws().get(child) : q;
                if (q.length > 0 && q[token] > 0) {
                    if (chance.happens(left[token] / q[token], position, tried)) {
                        return new Trial(child, left);
                    }
                    left = Law.excess(left, q);
                    q = Law.without(token, q);
                }
                tried++;
            }
        }
        return new Trial(-1, left);
    }

    /** The child that was chosen without chance and has this token, or -1. */
    private static int chosen(Draft draft, int[] children, int token) {
        return Arrays.stream(children)
                .filter(c -> !draft.drawn(c) && draft.tokens()[c] == token)
                .findFirst()
                .orElse(-1);
    }
}
