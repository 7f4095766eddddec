package chainrule.kernel;

import java.lang.foreign.MemorySegment;

/** Weights in panels of {@link Panels#OUTPUTS} outputs; what a weight is in float32 is the same number in both uses. */
sealed interface PanelWeights permits Panels, CodePanels {
    /** Inputs that are read at a time are a multiple of it, or up to the last. */
    int MULTIPLE = 256;

    /**
     * sums += w x for one row, in the order of the inputs.
     *
     * @param p the panel
     * @param from the first of {@code count} inputs, a multiple of {@link #MULTIPLE}
     * @param x the row's inputs begin at {@code at}
     * @param sums the outputs' begin at {@code to}
     */
    void row(int p, int from, int count, float[] x, int at, float[] sums, int to);

    /** A panel's weights in float32, [I,P]; until the calling thread asks again. */
    MemorySegment floats(int p);
}
