package chainrule.decode.draft;

import chainrule.decode.rule.Path;
import chainrule.model.Step;

/**
 * A drafter at work on one text. All calls come from the engine's thread, within a {@link chainrule.tensor.Scope} and
 * without a gradient; between two drafts the text grows by what was settled, which need not be what was drafted.
 */
public interface Drafting extends AutoCloseable {
    /**
     * Guesses what comes next. Nothing need follow a token that ends the text.
     *
     * @param path the text; its last token has not been read by the model yet
     * @param shape how much at most
     */
    Draft propose(Path path, Shape shape);

    /** Sees what the model says of the prompt, a chunk of tokens at a time, before the first draft. */
    default void prompt(Step chunk) {}

    /**
     * Sees what the model says of the tokens that now are the text.
     *
     * @param rows of {@code read}, in order: the token that was the last, then the accepted ones
     */
    default void learn(Step read, int... rows) {}

    /** Frees what it holds beyond Java memory. */
    @Override
    default void close() {}
}
