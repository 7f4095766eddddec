package chainrule.decode;

import chainrule.decode.draft.Drafted;
import chainrule.model.Site;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The continuation of one text by one method, as turns of two calls: {@link #propose} names new tokens to read,
 * {@link #choose} sees what the model says after each of them and settles which stay. The engine reads the proposals of
 * all its texts in one pass between the two.
 *
 * <p>Tokens are nodes of a tree. Nodes that stayed open are numbered from 0 in the order of {@link Choice#live}, the
 * nodes just proposed follow in their own order; -1 is the end of the committed text. The first turn has no proposal:
 * the engine reads the prompt and calls {@code choose} with one row, that of the prompt's last token, as node 0. The
 * choice must commit it.
 *
 * <p>All calls come from one thread. What is thrown fails this text only.
 */
public interface Run extends AutoCloseable {
    /** The tokens to read next. All texts of a pass have chosen by then, and what was read can still be asked. */
    Proposal propose();

    /** Settles the tokens that were read; row i of {@code read} is the i-th proposed node's. */
    Choice choose(Read read);

    /** Sees the rows of the prompt, a chunk of tokens at a time, before the first choice. */
    default void prompt(Read chunk) {}

    /** The activations that {@link Read#at} is to have. */
    default Set<Site> sites() {
        return Set.of();
    }

    /**
     * Whether committed nodes are the text, to be sent off as they come. A method that may still change its mind answers
     * no; its text is {@link #hypotheses} when it is done, and it minds the ends and the maximal length by itself.
     */
    default boolean streams() {
        return true;
    }

    /** The texts found, best first, at least one, by a method that does not stream. */
    default List<Hypothesis> hypotheses() {
        return List.of();
    }

    /** What became of the tokens that were drafted, from a method that drafts. */
    default Optional<Drafted> drafted() {
        return Optional.empty();
    }

    /** The candidates among which the latest token was chosen, by a method that makes candidates pay. */
    default List<Weighed> weighed() {
        return List.of();
    }

    /** Frees what the run holds beyond Java memory. */
    @Override
    default void close() {}
}
