package chainrule.adapter;

import chainrule.model.Decoder;
import chainrule.model.family.Models;
import chainrule.nn.Tree;

/** The parameters of an adapter, float32, and what they do to a decoder. Closing it frees them. */
public sealed interface Adapter extends AutoCloseable permits LoraAdapter, PrefixAdapter {
    /** The adapter's own parameters. */
    Tree parameters();

    /**
     * {@code base} with this on it: its tensors are the base's and the adapter's own.
     *
     * @throws chainrule.BadInput where they do not fit together
     */
    Decoder on(Decoder base);

    /** What a checkpoint is loaded with so that the model is the adapted one. */
    Models.Change change();

    @Override
    default void close() {
        parameters().close();
    }
}
