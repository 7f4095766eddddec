package chainrule.decode;

import chainrule.BadInput;

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
                Decoding.Custom {
    /** The open door for methods of systems and of library users. */
    non-sealed interface Custom extends Decoding {}

    /** Begins the continuation of one text. */
    Run start(Text text);

    /** @throws BadInput where the settings do not fit a model of {@code vocabulary} tokens */
    default void check(int vocabulary) {}
}
