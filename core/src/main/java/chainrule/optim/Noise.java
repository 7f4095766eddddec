package chainrule.optim;

/**
 * The random directions of {@link Mezo}: a tensor's z is a function of where it is asked for alone, so that it is never
 * kept, and any part of it can be made again, by any thread.
 */
interface Noise {
    /**
     * Which z.
     *
     * @param step from 0; −1 before the first
     * @param sample of the step, from 0
     */
    record Index(long step, int sample) {}

    /** Puts elements {@code from} to {@code from + count - 1} of the parameter at {@code path}'s z into {@code z}. */
    void fill(Index index, String path, long from, float[] z, int count);
}
