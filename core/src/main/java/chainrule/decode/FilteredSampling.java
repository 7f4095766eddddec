package chainrule.decode;

import chainrule.decode.filter.Distribution;
import chainrule.decode.filter.Filter;
import java.util.List;

/**
 * A token drawn from the model's distribution after any filters, in the order given: the general form of
 * {@link Sampling}. Rules change the logits, then the filters do.
 */
public record FilteredSampling(List<Filter> filters) implements Decoding {
    public FilteredSampling {
        filters = List.copyOf(filters);
    }

    /** The model's own distribution. */
    public FilteredSampling() {
        this(List.of());
    }

    @Override
    public Run start(Text text) {
        return new TokenByToken(text, (scores, path) -> {
            filters.forEach(f -> f.apply(scores));
            return draw(scores, text.draws().at(path.length()));
        });
    }

    /** The token at which the cumulated probability exceeds {@code u}. */
    private static int draw(float[] scores, double u) {
        Distribution d = Distribution.of(scores);
        int token = Distribution.best(scores);
        double left = u;
        for (int i = 0; i < scores.length; i++) {
            if (scores[i] != Float.NEGATIVE_INFINITY) {
                token = i;
                left -= d.probability(i);
                if (left < 0) {
                    break;
                }
            }
        }
        return token;
    }
}
