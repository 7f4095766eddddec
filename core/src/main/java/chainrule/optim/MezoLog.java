package chainrule.optim;

import chainrule.BadInput;
import chainrule.nn.Tree;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.LongToIntFunction;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What a run under {@link Mezo} is, besides the parameters that it began with: the seed of all z, and the projected
 * gradients of every step, four bytes each. So 20,000 steps of one sample are 80 kB. As tensors:
 *
 * <ul>
 *   <li>{@code seed}, {@code step}: int64 [1]. {@code layout}: int64 [1], a checksum of the parameters' paths and shapes.
 *   <li>{@code projections}: float32 (float64 where a parameter is) [P], step by step. {@code projections.before}: [G] of
 *       the groups alone before the first step, else [0]. {@code scales}: float64 [G], each group's d.
 *   <li>{@code rates}: float64 [R,2], a learning rate and the step from which it held.
 * </ul>
 */
final class MezoLog {
    static final Set<String> NAMES =
            Set.of("seed", "layout", "step", "projections", "projections.before", "scales", "rates");

    private final long seed;
    private final long layout;
    private final boolean wide;
    private final int groups;
    private final LongToIntFunction probes;
    private final List<Double> before = new ArrayList<>();
    private final List<Double> scales = new ArrayList<>();
    private final List<double[]> projections = new ArrayList<>();
    private final List<Rate> rates = new ArrayList<>();

    private record Rate(long from, double rate) {}

    /** @param probes the number of projected gradients of a step */
    MezoLog(long seed, Tree parameters, int groups, LongToIntFunction probes) {
        this(
                seed,
                layout(parameters),
                parameters.tensors().values().stream()
                        .anyMatch(p -> p.scalar_type().intern() == ScalarType.Double),
                groups,
                probes);
    }

    private MezoLog(long seed, long layout, boolean wide, int groups, LongToIntFunction probes) {
        this.seed = seed;
        this.layout = layout;
        this.wide = wide;
        this.groups = groups;
        this.probes = probes;
    }

    private static long layout(Tree parameters) {
        long hash = 1;
        for (var e : parameters.tensors().entrySet()) {
            hash = 31 * hash + e.getKey().hashCode();
            hash = 31 * hash + Arrays.hashCode(e.getValue().shape());
        }
        return hash;
    }

    long steps() {
        return projections.size();
    }

    double[] projections(long step) {
        return projections.get((int) step);
    }

    double rate(long step) {
        return rates.reversed().stream().filter(r -> r.from <= step).findFirst().orElseThrow().rate;
    }

    List<Double> before() {
        return before;
    }

    List<Double> scales() {
        return scales;
    }

    /** As it will be written. */
    double rounded(double projection) {
        return wide ? projection : (float) projection;
    }

    void add(double rate, double... found) {
        if (rates.isEmpty() || rates.getLast().rate != rate) {
            rates.add(new Rate(steps(), rate));
        }
        projections.add(found);
    }

    void before(List<Double> found) {
        before.clear();
        before.addAll(found);
    }

    void scales(List<Double> found) {
        List<Double> copy = List.copyOf(found);
        scales.clear();
        scales.addAll(copy);
    }

    void become(MezoLog other) {
        before(List.copyOf(other.before));
        scales(other.scales);
        projections.clear();
        projections.addAll(other.projections);
        rates.clear();
        rates.addAll(other.rates);
    }

    /** Owned by the caller. */
    SequencedMap<String, Tensor> state() {
        SequencedMap<String, Tensor> state = new LinkedHashMap<>();
        try (var _ = new Scope()) {
            state.put("seed", Scope.own(Ops.tensor(new long[] {seed}, 1)));
            state.put("layout", Scope.own(Ops.tensor(new long[] {layout}, 1)));
            state.put("step", Scope.own(Ops.tensor(new long[] {steps()}, 1)));
            ScalarType type = wide ? ScalarType.Double : ScalarType.Float;
            state.put(
                    "projections",
                    numbers(
                            type,
                            projections.stream().flatMapToDouble(Arrays::stream).toArray()));
            state.put("projections.before", numbers(type, doubles(before)));
            state.put("scales", numbers(ScalarType.Double, doubles(scales)));
            double[] pairs = rates.stream()
                    .flatMap(r -> List.of((double) r.from, r.rate).stream())
                    .mapToDouble(x -> x)
                    .toArray();
            Tensor flat = numbers(ScalarType.Double, pairs);
            state.put("rates", Scope.own(flat.view(rates.size(), 2)));
            Scope.free(flat);
        }
        return state;
    }

    /** @throws BadInput where {@code saved} is not the state of a run of this seed on these parameters */
    void check(SequencedMap<String, Tensor> saved, Set<String> names) {
        boolean named = saved.keySet().equals(names);
        try (var _ = new Scope()) {
            if (!named || number(saved, "layout") != layout) {
                throw new BadInput("The saved optimizer state belongs to other parameters or to another optimizer."
                        + " Resume with the model and the settings of the run.");
            }
            if (number(saved, "seed") != seed) {
                throw new BadInput("The saved optimizer state has the seed " + number(saved, "seed") + ", not " + seed
                        + ": its directions can only be drawn again from its own. Give that seed.");
            }
        }
    }

    /** What was saved. @throws BadInput where its parts do not fit together */
    MezoLog read(SequencedMap<String, Tensor> saved) {
        MezoLog told = new MezoLog(seed, layout, wide, groups, probes);
        try (var _ = new Scope()) {
            double[] all = values(saved, "projections");
            double[] held = values(saved, "rates");
            for (int i = 0; i + 1 < held.length; i += 2) {
                told.rates.add(new Rate((long) held[i], held[i + 1]));
            }
            Arrays.stream(values(saved, "projections.before")).forEach(told.before::add);
            Arrays.stream(values(saved, "scales")).forEach(told.scales::add);
            int from = 0;
            long steps = number(saved, "step");
            for (long step = 0; step < steps; step++) {
                int to = from + probes.applyAsInt(step);
                if (to > all.length || told.rates.isEmpty() || told.scales.size() != groups) {
                    throw broken();
                }
                told.projections.add(Arrays.copyOfRange(all, from, to));
                from = to;
            }
            if (from != all.length) {
                throw broken();
            }
        }
        return told;
    }

    private static BadInput broken() {
        return new BadInput("The saved optimizer state does not hold together: its log has another number of projected"
                + " gradients than its steps need. Resume with the settings of the run.");
    }

    private static long number(SequencedMap<String, Tensor> saved, String name) {
        return Ops.longs(get(saved, name))[0];
    }

    private static double[] values(SequencedMap<String, Tensor> saved, String name) {
        Tensor wide = get(saved, name).to(ScalarType.Double).contiguous();
        return wide.numel() == 0 ? new double[0] : Ops.segment(wide).toArray(ValueLayout.JAVA_DOUBLE);
    }

    private static Tensor get(SequencedMap<String, Tensor> saved, String name) {
        Tensor tensor = saved.get(name);
        if (tensor == null) {
            throw broken();
        }
        return tensor;
    }

    private static double[] doubles(List<Double> numbers) {
        return numbers.stream().mapToDouble(x -> x).toArray();
    }

    private static Tensor numbers(ScalarType type, double... values) {
        Tensor t = Ops.empty(ScalarType.Double, values.length);
        if (values.length > 0) {
            Ops.segment(t).copyFrom(MemorySegment.ofArray(values));
        }
        return Scope.own(t.to(type));
    }
}
