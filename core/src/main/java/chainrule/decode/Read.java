package chainrule.decode;

import chainrule.decode.filter.Distribution;
import chainrule.model.Site;
import chainrule.model.Step;
import chainrule.tensor.Ops;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** What one pass found for one text: a row per token read. It is valid until the proposal that follows. */
public final class Read implements Step {
    private final Step step;
    private final int first;
    private final OptionalInt alternatives;
    private final Map<Site, Tensor> seen;
    private final @Nullable Row[] kept;

    /**
     * @param first the first of the step's rows that is shown
     * @param alternatives how many are wanted with every token; empty where no log-probabilities are
     */
    Read(Step step, int first, OptionalInt alternatives, Map<Site, Tensor> seen) {
        this.step = step;
        this.first = first;
        this.alternatives = alternatives;
        this.seen = seen;
        this.kept = new Row[step.rows() - first];
    }

    @Override
    public int rows() {
        return kept.length;
    }

    @Override
    public Tensor hidden() {
        return Ops.slice(step.hidden(), 0, first, step.rows());
    }

    @Override
    public Tensor logits(int from, int to) {
        return step.logits(first + from, first + to);
    }

    /** Where likelihoods of all tokens are wanted, all rows are. */
    @Override
    public void want(int row) {
        if (alternatives.isEmpty()) {
            step.want(first + row);
        }
    }

    @Override
    public float[] scores(int row) {
        return alternatives.isPresent() ? row(row).scores.clone() : step.scores(first + row);
    }

    /** The activation at one of the run's {@link Run#sites}, for every row. */
    public Tensor at(Site site) {
        Tensor all = seen.get(site);
        if (all == null) {
            throw new IllegalArgumentException(
                    "The pass has not seen " + site + ": name it in the run's sites(), and see that the model has it.");
        }
        return Ops.slice(all, 0, first, step.rows());
    }

    /** The token {@code id} after row {@code row}, with its log-probability where the request wants it. */
    public Token token(int row, int id) {
        return alternatives.isPresent() ? row(row).token(id) : Token.of(id);
    }

    /** What may be asked about row {@code row} when the pass is long over. */
    Row row(int row) {
        Row found = kept[row];
        if (found == null) {
            found = new Row(step.scores(first + row), alternatives.orElse(0));
            kept[row] = found;
        }
        return found;
    }

    /** The model's distribution of the token after one row. */
    static final class Row {
        private final float[] scores;
        private final int count;
        private @Nullable Distribution distribution;
        private List<Token.Alternative> best = List.of();

        Row(float[] scores, int count) {
            this.scores = scores;
            this.count = count;
        }

        Token token(int id) {
            Distribution d = distribution;
            if (d == null) {
                d = Distribution.of(scores);
                distribution = d;
                List<Token.Alternative> found = new ArrayList<>(count);
                for (int other : Distribution.best(count, scores)) {
                    found.add(new Token.Alternative(other, d.logProbability(other)));
                }
                best = List.copyOf(found);
            }
            return new Token(id, OptionalDouble.of(d.logProbability(id)), best);
        }
    }
}
