package chainrule.optim;

/**
 * The learning rate over a run, as a factor of the optimizer's. During the first {@code warmUp} steps it grows in equal
 * parts, step s by s/warmUp; at the last step it reaches {@code floor}. Steps count from 1.
 */
public sealed interface Schedule {
    /** The steps of linear growth. */
    int warmUp();

    /** The factor after warm-up, where {@code progress} goes from 0 to 1 at the last step. */
    double after(double progress);

    /** The factor at {@code step} of {@code steps}. */
    default double factor(long step, long steps) {
        if (step <= warmUp()) {
            return (double) step / warmUp();
        }
        return after(Math.min(1, (double) (step - warmUp()) / (steps - warmUp())));
    }

    /** The full rate after warm-up. */
    record Constant(int warmUp) implements Schedule {
        public Constant {
            check(warmUp, 0);
        }

        @Override
        public double after(double progress) {
            return 1;
        }
    }

    /** A straight line down. */
    record Linear(int warmUp, double floor) implements Schedule {
        public Linear {
            check(warmUp, floor);
        }

        @Override
        public double after(double progress) {
            return 1 - (1 - floor) * progress;
        }
    }

    /** Half a cosine down (Loshchilov and Hutter, "SGDR", 2017, equation 5, without restarts). */
    record Cosine(int warmUp, double floor) implements Schedule {
        public Cosine {
            check(warmUp, floor);
        }

        @Override
        public double after(double progress) {
            return floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress));
        }
    }

    private static void check(int warmUp, double floor) {
        if (warmUp < 0 || !(floor >= 0 && floor <= 1)) {
            throw new IllegalArgumentException(
                    "warm-up " + warmUp + " and floor " + floor + ": 0 or more steps, and a part from 0 to 1");
        }
    }
}
