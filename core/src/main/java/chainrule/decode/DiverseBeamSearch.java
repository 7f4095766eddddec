package chainrule.decode;

import chainrule.BadInput;
import chainrule.decode.BeamSearch.EarlyStopping;
import chainrule.model.CausalLM;
import java.util.OptionalInt;

/**
 * Beam search in groups that keep apart: one after the other, each extends its beams by one token, and what earlier
 * groups have just chosen is less worth to it. So the texts found differ, where those of one beam search have all but a few
 * words in common. Vijayakumar et al., "Diverse Beam Search: Decoding Diverse Solutions from Neural Sequence Models", 2016,
 * with Hamming diversity. In group g a token v counts
 *
 * <pre>log p(v | x[&lt;t]) - penalty · (how many beams of the groups before g have v at t)</pre>
 *
 * to which rules apply as in {@link BeamSearch}; these values add up to a text's score. All groups' texts are ranked
 * together. A group ends when the best of its candidates, those included that end the text, scores no better than the worst
 * of its finished texts, as in transformers 4. The paper takes penalties from 0.2 to 0.8, and groups of one beam for the most
 * diversity.
 *
 * @param beams how many prefixes are kept, in all groups together
 * @param groups a divisor of {@code beams}
 * @param penalty how strongly groups keep apart, at least 0; 0: all find the same
 * @param best how many texts are returned
 * @param lengthPenalty above 0 favours long texts
 * @param padding a token that a group which has ended counts as choosing, in every beam, as it does in transformers;
 *     empty: it chooses nothing
 */
public record DiverseBeamSearch(
        int beams, int groups, double penalty, int best, double lengthPenalty, OptionalInt padding)
        implements Decoding {
    public DiverseBeamSearch {
        if (beams < 1 || groups < 1 || beams % groups != 0) {
            throw new BadInput(
                    "beams must be at least 1 and a multiple of groups, not " + beams + " in " + groups + ".");
        }
        if (best < 1 || best > beams) {
            throw new BadInput("best must be from 1 to beams, not " + best + " of " + beams + ".");
        }
        if (!(penalty >= 0 && penalty < Double.POSITIVE_INFINITY && Double.isFinite(lengthPenalty))) {
            throw new BadInput("penalty must be a number from 0 on and lengthPenalty any, not " + penalty + " and "
                    + lengthPenalty + ".");
        }
        if (padding.orElse(0) < 0) {
            throw new BadInput("padding must be a token, not " + padding.getAsInt() + ".");
        }
    }

    /** The best text of each group. */
    public DiverseBeamSearch(int beams, int groups, double penalty) {
        this(beams, groups, penalty, groups, 1, OptionalInt.empty());
    }

    /** Four groups of one beam, all of whose texts are returned. */
    public DiverseBeamSearch() {
        this(4, 4, 0.5);
    }

    @Override
    public void check(CausalLM lm) {
        if (padding.orElse(0) >= lm.vocabulary()) {
            throw new BadInput("padding is token " + padding.getAsInt() + ", but the vocabulary ends at "
                    + (lm.vocabulary() - 1) + ".");
        }
    }

    @Override
    public Run start(Text text) {
        return new BeamRun(
                text,
                best,
                new Beams.Settings(beams / groups, lengthPenalty, EarlyStopping.FALSE, true),
                new BeamRun.Groups(groups, penalty, padding));
    }
}
