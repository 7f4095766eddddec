package chainrule.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * Workloads that are compared with each other, and so run in turn.
 *
 * @param release frees what they share
 */
record Group(List<Workload> workloads, Runnable release) implements AutoCloseable {
    /** Workloads that share nothing. */
    static Group of(Workload... workloads) {
        return new Group(List.of(workloads), () -> {});
    }

    Group with(List<Workload> more) {
        List<Workload> all = new ArrayList<>(workloads);
        all.addAll(more);
        return new Group(all, release);
    }

    @Override
    public void close() {
        workloads.forEach(Workload::close);
        release.run();
    }
}
