package chainrule.train;

import chainrule.model.Net;
import java.nio.file.Path;
import java.util.List;

/** Who is told how a run goes. Everything happens on the training thread. */
public interface Observer {
    /**
     * Where a run begins.
     *
     * @param step the steps taken before it; 0 for a new run
     * @param position rows read before it
     * @param last the measurements before it, at most ten
     * @param need the memory that it will use
     */
    record Start(long step, long position, double epoch, List<Measurement> last, MemoryNeed need) {}

    default void started(Start start) {}

    /** The held-out loss of the net as it was given, before a new run's first step. */
    default void measuredBefore(double heldOutLoss) {}

    default void measured(Measurement measurement) {}

    /** Time for a sample of the net as it is, with gradients off. */
    default void sample(long step, Net net) {}

    /** A checkpoint is complete. */
    default void saved(long step, Path checkpoint) {}

    /** Tells all of {@code observers} in turn. */
    static Observer all(Observer... observers) {
        List<Observer> each = List.of(observers);
        return new Observer() {
            @Override
            public void started(Start start) {
                each.forEach(o -> o.started(start));
            }

            @Override
            public void measuredBefore(double heldOutLoss) {
                each.forEach(o -> o.measuredBefore(heldOutLoss));
            }

            @Override
            public void measured(Measurement measurement) {
                each.forEach(o -> o.measured(measurement));
            }

            @Override
            public void sample(long step, Net net) {
                each.forEach(o -> o.sample(step, net));
            }

            @Override
            public void saved(long step, Path checkpoint) {
                each.forEach(o -> o.saved(step, checkpoint));
            }
        };
    }
}
