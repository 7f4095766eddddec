package chainrule.decode.draft;

import chainrule.decode.rule.Path;
import chainrule.model.CausalLM;

/** Who guesses the tokens that come next, with its settings. */
public sealed interface Drafter permits Lookup, DraftModel, NamedModel, Drafter.Custom {
    /** The open door for drafters of systems and of library users. */
    non-sealed interface Custom extends Drafter {}

    /**
     * Begins to draft for one text.
     *
     * @param prompt the tokens given, with the text's maximal length and the tokens that end it
     * @param law to put the draft's scores through, so that it drafts what the text's rules and filters allow
     * @param chance to draw drafts with
     */
    Drafting prepare(Path prompt, Law law, Chance chance);

    /** @throws chainrule.BadInput where it cannot draft for {@code lm}; called before any text is begun */
    default void check(CausalLM lm) {}
}
