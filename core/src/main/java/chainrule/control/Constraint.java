package chainrule.control;

import chainrule.BadInput;

/** What is asked of a model's texts. */
public sealed interface Constraint {
    Scorer feature();

    /** Every text has the feature: a text's probability is multiplied by b(x). */
    static Constraint always(Scorer feature) {
        return new Pointwise(feature);
    }

    /** The feature has this mean over the model's texts: E[φ] = {@code moment}. */
    static Constraint onAverage(Scorer feature, double moment) {
        return new Moment(feature, moment);
    }

    /** @param feature b, 0 where a text is ruled out; 1, or another positive factor, elsewhere */
    record Pointwise(Scorer feature) implements Constraint {}

    /** @param moment of the same unit as the feature; a share of the texts where that is 0 or 1 */
    record Moment(Scorer feature, double moment) implements Constraint {
        public Moment {
            if (!Double.isFinite(moment)) {
                throw new BadInput("The mean of '" + feature.name() + "' must be a number, not " + moment + ".");
            }
        }
    }
}
