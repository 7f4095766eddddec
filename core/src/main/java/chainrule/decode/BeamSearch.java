package chainrule.decode;

import chainrule.BadInput;
import java.util.OptionalInt;

/**
 * The continuations with the largest sum of log-probabilities that a search of limited width finds: the best
 * {@code beams} prefixes are extended by every token, and the best of the results are extended in their turn. Lowerre,
 * "The HARPY Speech Recognition System", 1976. Rules change the log-probabilities, which are not normalised again.
 *
 * <p>Of max(2, 1 + ends) · beams best candidates those that end the text and rank among the first {@code beams} are
 * finished, and the first {@code beams} of the others go on. A finished text's score is its sum divided by (number of
 * new tokens)<sup>lengthPenalty</sup>. Texts that reach the maximal length count as finished there.
 *
 * @param beams how many prefixes are kept
 * @param best how many texts are returned
 * @param lengthPenalty above 0 favours long texts
 * @param earlyStopping when a search with {@code beams} finished texts stops
 */
public record BeamSearch(int beams, int best, double lengthPenalty, EarlyStopping earlyStopping) implements Decoding {
    /** When a search with enough finished texts stops. */
    public enum EarlyStopping {
        /** At once. */
        TRUE,
        /** When the best running prefix, as long as it is, scores no better than the worst finished text. */
        FALSE,
        /** The same, but a running prefix is judged as if it grew to the maximal length, where that is favoured. */
        NEVER
    }

    public BeamSearch {
        if (beams < 1 || best < 1 || best > beams) {
            throw new BadInput(
                    "beams must be at least 1 and best from 1 to beams, not " + beams + " and " + best + ".");
        }
        if (!Double.isFinite(lengthPenalty)) {
            throw new BadInput("lengthPenalty must be a number, not " + lengthPenalty + ".");
        }
    }

    /** Four beams, the best text, scores by mean log-probability. */
    public BeamSearch() {
        this(4, 1, 1, EarlyStopping.FALSE);
    }

    @Override
    public Run start(Text text) {
        return new BeamRun(
                text,
                best,
                new Beams.Settings(beams, lengthPenalty, earlyStopping, false),
                new BeamRun.Groups(1, 0, OptionalInt.empty()));
    }
}
