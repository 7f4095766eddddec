package chainrule.decode.filter;

/**
 * A change to the distribution that the next token is drawn from, by its shape alone: every filter but
 * {@link Temperature} removes unlikely tokens. Filters act one after another, each on what the one before it left; the
 * best token stays.
 */
public sealed interface Filter permits Temperature, TopK, TopP, MinP, Typical, Epsilon, Eta, TopH, Filter.Custom {
    /** The open door for filters of systems and of library users. */
    non-sealed interface Custom extends Filter {}

    /**
     * Changes the scores in place.
     *
     * @param scores unnormalised log-probabilities; -∞ for removed tokens
     */
    void apply(float[] scores);
}
