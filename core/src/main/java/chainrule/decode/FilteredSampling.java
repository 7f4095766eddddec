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
            return Distribution.of(scores).draw(text.draws().at(path.length()));
        });
    }
}
