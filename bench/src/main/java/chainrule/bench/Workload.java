package chainrule.bench;

/** Something whose speed is measured: one of ours, or a peer's. A round gives one figure; the median of all is shown. */
interface Workload extends AutoCloseable {
    /** What is done, the same words for everybody who does it. */
    String what();

    /** Who does it, and in which number type. */
    String who();

    /** {@code tokens/s}, {@code GFLOP/s} or {@code GB/s}. */
    String unit();

    /** One measurement. */
    double round();

    /** What a unit of speed moves or computes, as in "0.135 GB a token", for comparison with the machine; 0 where unknown. */
    default Cost cost() {
        return new Cost(0, 0);
    }

    /** Gigabytes read and billions of floating-point operations done for one unit of {@link #round}'s figure. */
    record Cost(double gigabytes, double gigaflops) {}

    @Override
    default void close() {}

    /** Who of the same group and task this one is compared with; nobody where that is empty. */
    default String base() {
        return "";
    }
}
