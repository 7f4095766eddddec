package chainrule.decode;

import chainrule.BadInput;
import chainrule.decode.filter.Filter;
import chainrule.decode.filter.MinP;
import chainrule.decode.filter.Temperature;
import chainrule.decode.filter.TopK;
import chainrule.decode.filter.TopP;
import chainrule.decode.filter.Typical;
import java.util.ArrayList;
import java.util.List;

/**
 * A token drawn from the model's distribution, filtered in the order of the settings; each is off at its default.
 *
 * @param temperature divides the logits; 0 leaves the best token only
 * @param topK how many best tokens stay; 0: all
 * @param topP the probability that the best tokens which stay have together; 1: all stay
 * @param minP the fraction of the best token's probability below which tokens go; 0: none go
 * @param typical the probability that the most typical tokens which stay have together; 1: all stay
 */
public record Sampling(double temperature, int topK, double topP, double minP, double typical) implements Decoding {
    public Sampling {
        if (!(temperature >= 0) || topK < 0) {
            throw new BadInput("temperature and topK must not be negative, not " + temperature + " and " + topK + ".");
        }
        if (!(topP >= 0 && topP <= 1 && minP >= 0 && minP <= 1 && typical > 0 && typical <= 1)) {
            throw new BadInput("topP, minP and typical must lie between 0 and 1, not " + topP + ", " + minP + " and "
                    + typical + ".");
        }
    }

    /** The model's own distribution. */
    public Sampling() {
        this(1, 0, 1, 0, 1);
    }

    @Override
    public Run start(Text text) {
        return new FilteredSampling(filters()).start(text);
    }

    /** The filters that are on. */
    List<Filter> filters() {
        List<Filter> on = new ArrayList<>();
        if (temperature == 0) {
            on.add(new TopK(1));
        } else if (temperature != 1) {
            on.add(new Temperature(temperature));
        }
        if (topK > 0) {
            on.add(new TopK(topK));
        }
        if (topP < 1) {
            on.add(new TopP(topP));
        }
        if (minP > 0) {
            on.add(new MinP(minP));
        }
        if (typical < 1) {
            on.add(new Typical(typical));
        }
        return on;
    }
}
