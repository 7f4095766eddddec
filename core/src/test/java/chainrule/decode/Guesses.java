package chainrule.decode;

import chainrule.decode.draft.Chance;
import chainrule.decode.draft.Draft;
import chainrule.decode.draft.Drafter;
import chainrule.decode.draft.Drafting;
import chainrule.decode.draft.Law;
import chainrule.decode.rule.Path;
import chainrule.tensor.Counter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Drafts that know nothing of the model: trees of any form, of drawn and of chosen tokens, tokens that end the text and
 * what would follow them, tokens that the rules forbid, the same token twice, laws far from the model's, now and then
 * nothing. What stands where depends on the text before it.
 *
 * @param vocabulary the first token that is not guessed; the model may have more
 */
record Guesses(int vocabulary, long seed) implements Drafter.Custom {
    @Override
    public Drafting prepare(Path prompt, Law law, Chance chance) {
        return (path, shape) -> {
            Growth growth = new Growth(this, chance);
            growth.grow(-1, path, shape.tokens());
            return new Draft(ints(growth.tokens), ints(growth.parents), growth.laws);
        };
    }

    private static final class Growth {
        private final Guesses guesses;
        private final Chance chance;
        private final List<Integer> tokens = new ArrayList<>();
        private final List<Integer> parents = new ArrayList<>();
        private final List<double[]> laws = new ArrayList<>();

        Growth(Guesses guesses, Chance chance) {
            this.guesses = guesses;
            this.chance = chance;
        }

        void grow(int node, Path text, int left) {
            Counter random = Counter.of(guesses.seed, Arrays.hashCode(text.ids(0)));
            double[] q = normalised(guesses.weights(random));
            double[] rest = q;
            for (int i = 0; i < (int) (random.uniform(0) * 4) && left > 0; i++) {
                boolean chosen = random.uniform(10 + i) < 0.5;
                int token;
                if (chosen) {
                    int[] ends = text.ends();
                    boolean end = ends.length > 0 && random.uniform(20 + i) < 0.3;
                    token = end ? ends[i % ends.length] : (int) (random.uniform(30 + i) * guesses.vocabulary);
                } else {
                    token = chance.draw(rest, text.length(), 1 + i);
                    rest = rest.clone();
                    rest[token] = 0;
                    rest = normalised(rest);
                }
                int number = tokens.size();
                tokens.add(token);
                parents.add(node);
                laws.add(chosen ? new double[0] : q);
                grow(number, text.then(token), left - 1);
            }
        }
    }

    private double[] weights(Counter random) {
        double[] weights = new double[vocabulary];
        Arrays.setAll(weights, v -> Math.exp(2 * random.normal(100 + v)));
        return weights;
    }

    private static double[] normalised(double[] weights) {
        double sum = Arrays.stream(weights).sum();
        return Arrays.stream(weights).map(w -> w / sum).toArray();
    }

    private static int[] ints(List<Integer> list) {
        return list.stream().mapToInt(Integer::intValue).toArray();
    }
}
