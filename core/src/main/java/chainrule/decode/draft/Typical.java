package chainrule.decode.draft;

import chainrule.BadInput;
import chainrule.decode.rule.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Tokens stay that the model finds likely enough, whatever the draft's law: more of them than {@link Lossless} keeps, so
 * the text's law is another one and depends on the draft. Cai et al., "Medusa: Simple LLM Inference Acceleration Framework
 * with Multiple Decoding Heads", 2024, section 2.3.1. A token x after a text with the law p stays if
 *
 * <pre>  p(x) &gt; min(threshold, alpha · exp(-H(p))),  H(p) = -Σ p log(p + 1e-5),</pre>
 *
 * <p>so that where the model is unsure less is asked. Of all branches the one that stays longest is taken, of equally long
 * ones the likeliest, then the first. The token after it is the most probable one: drafts aside the text is greedy. With
 * greedy search underneath, p is certain and only the best tokens stay, as in {@link Lossless}. The paper has alpha =
 * √threshold and raises the threshold for closeness to the model.
 *
 * @param threshold a probability that is enough in any case
 * @param alpha how much is enough beside the model's own certainty
 */
public record Typical(double threshold, double alpha) implements Acceptance {
    /** What is added to probabilities inside of the logarithm, in the authors' code. */
    private static final double TINY = 1e-5;

    public Typical {
        if (!(threshold >= 0 && threshold <= 1 && alpha >= 0)) {
            throw new BadInput("threshold must lie between 0 and 1, and alpha must not be negative, not " + threshold
                    + " and " + alpha + ".");
        }
    }

    /** The authors' 0.09 and 0.3. */
    public Typical() {
        this(0.09, 0.3);
    }

    /** A branch that stays, and the logarithm of its probability. */
    private record Branch(List<Integer> nodes, Path text, double likelihood) {
        int end() {
            return nodes.isEmpty() ? -1 : nodes.getLast();
        }

        Branch then(int node, int token, double probability) {
            List<Integer> longer = new ArrayList<>(nodes);
            longer.add(node);
            return new Branch(longer, text.then(token), likelihood + Math.log(probability));
        }
    }

    @Override
    public Verdict judge(Draft draft, Path path, Target target, Chance chance) {
        Map<Integer, Optional<double[]>> laws = new HashMap<>();
        Function<Branch, Optional<double[]>> after =
                b -> laws.computeIfAbsent(b.end(), node -> target.after(node, b.text));
        List<Branch> longest = List.of(new Branch(List.of(), path, 0));
        for (List<Branch> longer = longest; !longer.isEmpty(); ) {
            longest = longer;
            longer = longest.stream().flatMap(b -> stays(draft, b, after)).toList();
        }
        Branch best = longest.getFirst();
        for (Branch b : longest) {
            best = b.likelihood > best.likelihood ? b : best;
        }
        OptionalInt next = !best.nodes.isEmpty() && Acceptance.ended(best.text)
                ? OptionalInt.empty()
                : after.apply(best).map(p -> OptionalInt.of(mostProbable(p))).orElse(OptionalInt.empty());
        return new Verdict(best.nodes, best.text, next);
    }

    /** The branches that are one accepted token longer. */
    private Stream<Branch> stays(Draft draft, Branch branch, Function<Branch, Optional<double[]>> after) {
        int[] children = draft.children(branch.end());
        if (children.length == 0 || (!branch.nodes.isEmpty() && Acceptance.ended(branch.text))) {
            return Stream.empty();
        }
        return after.apply(branch).stream().flatMap(p -> {
            double enough = enough(p);
            return Arrays.stream(children)
                    .filter(c -> p[draft.tokens()[c]] > enough)
                    .mapToObj(c -> branch.then(c, draft.tokens()[c], p[draft.tokens()[c]]));
        });
    }

    /** The probability that a token must exceed to stay. */
    double enough(double[] p) {
        return Math.min(threshold, alpha * Math.exp(-entropy(p)));
    }

    /** H(p) in nats. */
    static double entropy(double[] p) {
        double sum = 0;
        for (double each : p) {
            sum -= each * Math.log(each + TINY);
        }
        return sum;
    }

    private static int mostProbable(double[] p) {
        int best = 0;
        for (int i = 1; i < p.length; i++) {
            best = p[i] > p[best] ? i : best;
        }
        return best;
    }
}
