package chainrule.model;

import chainrule.nn.Tree;

/** Anything that has parameters and can be trained. Closing it frees them. */
public interface Net extends AutoCloseable {
    /** The parameters by their paths. */
    Tree parameters();

    @Override
    default void close() {
        parameters().close();
    }
}
