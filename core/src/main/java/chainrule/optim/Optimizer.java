package chainrule.optim;

import chainrule.nn.Tree;
import java.util.List;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;

/** A rule that moves parameters so that a loss falls. */
public sealed interface Optimizer permits AdamW, Mezo, Optimizer.Custom {
    /** The learning rate where the schedule's factor is 1. */
    double learningRate();

    /**
     * Starts to train {@code parameters}, which are float32 and stay their owner's; until the run is closed they ask for
     * gradients, where the optimizer goes by them.
     */
    Run start(Tree parameters);

    /** One training run's state. */
    interface Run extends AutoCloseable {
        /**
         * One step down the sum of {@code parts}. Where the loss or its gradient is not finite nothing is moved (by
         * {@link Mezo} no farther than rounding).
         *
         * @param factor of the learning rate
         */
        Update step(List<Pass> parts, double factor);

        /** The state as named tensors, still owned by this run. */
        SequencedMap<String, Tensor> state();

        /** Takes over the values of {@link #state} saved before. @throws BadInput where names or shapes differ */
        void restore(SequencedMap<String, Tensor> saved);

        @Override
        void close();
    }

    /**
     * What a step found.
     *
     * @param loss before the step
     * @param gradientNorm the length of the whole gradient before it was clipped, or an estimate of it
     */
    record Update(double loss, double gradientNorm) {
        public boolean finite() {
            return Double.isFinite(loss) && Double.isFinite(gradientNorm);
        }
    }

    /** An optimizer of a system's, or of a library user's own. */
    non-sealed interface Custom extends Optimizer {}
}
