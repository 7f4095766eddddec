package chainrule.decode;

import chainrule.model.CausalLM;

/** A decoding method with its settings: how a text is continued with what a language model says of it. */
public sealed interface Decoding
        permits Greedy,
                Sampling,
                FilteredSampling,
                BeamSearch,
                DiverseBeamSearch,
                ContrastiveSearch,
                Momentum,
                Mirostat,
                Speculative,
                Dola,
                Decoding.Custom {
    /** The open door for methods of systems and of library users. */
    non-sealed interface Custom extends Decoding {}

    /** Begins the continuation of one text. */
    Run start(Text text);

    /** @throws chainrule.BadInput where the method cannot continue texts of {@code lm}; called before any is begun */
    default void check(CausalLM lm) {}
}
