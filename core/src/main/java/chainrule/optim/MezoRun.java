package chainrule.optim;

import chainrule.nn.Tree;
import chainrule.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * One training run under {@link Mezo}. All that it keeps is its log. What parameters are shifted by waits until someone
 * looks at them, so that the way back from a probe and the update are one pass through memory, and a replayed step too.
 */
final class MezoRun implements Optimizer.Run {
    private final Mezo settings;
    private final Tree parameters;
    private final Noise noise;
    private final BiPredicate<String, Tensor> decays;
    private final Optional<Optimizer.Run> by;
    private final List<String> groups;
    private final SequencedMap<String, Double> scales = new LinkedHashMap<>();
    private final MezoLog log;
    private final List<Shift.Rule> waiting = new ArrayList<>();
    private SequencedMap<String, Tensor> handed = new LinkedHashMap<>();

    /** A z, and the only group of parameters that it moves. */
    private record Probe(Noise.Index index, Optional<String> group) {}

    /** What a probe says of the gradient: {@code weight} times its z. */
    private record Estimate(Probe probe, double weight) {}

    /**
     * @param decays whether weight decay acts on the parameter at a path
     * @param by what takes the estimate as a gradient; empty: parameters move along it
     */
    MezoRun(
            Mezo settings,
            Tree parameters,
            Noise noise,
            BiPredicate<String, Tensor> decays,
            Optional<? extends Optimizer> by) {
        this.settings = settings;
        this.parameters = parameters;
        this.noise = noise;
        this.decays = decays;
        parameters.tensors().forEach(MezoRun::check);
        this.groups = parameters.tensors().keySet().stream()
                .flatMap(path -> Layers.group(path).stream())
                .distinct()
                .toList();
        this.log = new MezoLog(
                settings.seed(), parameters, groups.size(), step -> probes(step).size());
        this.by = by.map(o -> o.start(parameters));
        // No pass has a gradient: what takes the estimate must not make objectives compute one.
        this.by.ifPresent(_ -> parameters.tensors().values().forEach(p -> p.set_requires_grad(false)));
    }

    @Override
    public Optimizer.Update step(List<Pass> parts, double factor) {
        List<Double> losses = new ArrayList<>();
        take(probe -> live(probe, parts, losses), settings.learningRate() * factor);
        double[] found = log.projections(log.steps() - 1);
        double square = Arrays.stream(found).map(p -> p * p).sum();
        return new Optimizer.Update(
                losses.stream().mapToDouble(x -> x).average().orElseThrow(),
                Math.sqrt(square / settings.samples(log.steps() - 1)));
    }

    /** Does again what {@code saved} tells of. */
    void replay(SequencedMap<String, Tensor> saved) {
        log.check(saved, names());
        MezoLog told = log.read(saved);
        Iterator<Double> before = told.before().iterator();
        if (before.hasNext()) {
            beforeFirst().forEach(probe -> again(probe, before));
        }
        know(told.scales());
        for (long step = 0; step < told.steps(); step++) {
            Iterator<Double> next =
                    DoubleStream.of(told.projections(step)).boxed().iterator();
            take(probe -> again(probe, next), told.rate(step));
        }
    }

    private double live(Probe probe, List<Pass> parts, List<Double> losses) {
        double[] loss = new double[2];
        for (int side = 0; side < 2; side++) {
            waiting.add(along(probe, side == 0 ? 1 : -2));
            flush();
            for (Pass part : parts) {
                loss[side] += part.value();
            }
            losses.add(loss[side]);
        }
        waiting.add(along(probe, 1));
        return log.rounded((loss[0] - loss[1]) / (2 * settings.epsilon()));
    }

    private double again(Probe probe, Iterator<Double> next) {
        waiting.addAll(List.of(along(probe, 1), along(probe, -2), along(probe, 1)));
        return next.next();
    }

    /** A step, where {@code source} finds projected gradients. */
    private void take(ToDoubleFunction<Probe> source, double rate) {
        long step = log.steps();
        if (step == 0 && scales.isEmpty()) {
            scales(source);
        }
        double[] found = probes(step).stream().mapToDouble(source).toArray();
        log.add(rate, found);
        if (finite(found)) {
            List<Estimate> estimates = estimates(step);
            if (by.isPresent()) {
                flush();
                by.get().step(List.of(new Written(estimates)), rate / settings.learningRate());
            } else {
                waiting.add(path -> down(path, estimates, rate));
            }
        }
        flush();
    }

    private void scales(ToDoubleFunction<Probe> source) {
        List<Double> found = switch (settings.layers().norm()) {
            case NONE -> groups.stream().map(_ -> 1.0).toList();
            case PARAMETERS -> groups.stream().map(this::length).toList();
            case GRADIENT ->
                beforeFirst().stream()
                        .map(p -> Math.abs(source.applyAsDouble(p)))
                        .toList();
        };
        if (settings.layers().norm() == Layers.Norm.GRADIENT) {
            log.before(found);
        }
        know(found);
    }

    /** From now on shifts are scaled; those that wait are not. */
    private void know(List<Double> found) {
        flush();
        for (int i = 0; i < found.size(); i++) {
            scales.put(groups.get(i), found.get(i));
        }
        log.scales(found);
    }

    private double length(String group) {
        try (var _ = new Scope()) {
            return Math.sqrt(parameters.tensors().entrySet().stream()
                    .filter(e -> Layers.group(e.getKey()).equals(Optional.of(group)))
                    .mapToDouble(e -> Math.pow(e.getValue().norm().item_double(), 2))
                    .sum());
        }
    }

    /** The d of a path; 1 where its group's is 0. */
    private double scale(String path) {
        double d = Layers.group(path).map(g -> scales.getOrDefault(g, 1.0)).orElse(1.0);
        return d == 0 ? 1 : d;
    }

    private List<Probe> beforeFirst() {
        return settings.layers().norm() == Layers.Norm.GRADIENT ? each(new Noise.Index(-1, 0)) : List.of();
    }

    private List<Probe> each(Noise.Index index) {
        return groups.stream().map(g -> new Probe(index, Optional.of(g))).toList();
    }

    private List<Probe> probes(long step) {
        List<Probe> all = new ArrayList<>();
        for (int sample = 0; sample < settings.samples(step); sample++) {
            Noise.Index index = new Noise.Index(step, sample);
            if (settings.layers() instanceof Layers.OneByOne) {
                all.addAll(each(index));
            } else {
                all.add(new Probe(index, Optional.empty()));
            }
        }
        return all;
    }

    /** {@code times} ε along a probe's z. */
    private Shift.Rule along(Probe probe, int times) {
        return path ->
                reaches(probe, path) ? Shift.along(probe.index, times * settings.epsilon() / scale(path)) : Shift.NONE;
    }

    private static boolean reaches(Probe probe, String path) {
        return probe.group.isEmpty() || probe.group.equals(Layers.group(path));
    }

    private List<Estimate> estimates(long step) {
        if (!(settings.moments() instanceof Moments.Momentum m)) {
            return estimates(step, 1);
        }
        List<Long> past = new ArrayList<>();
        for (long s = step; s >= 0 && s > step - m.window(); s--) {
            past.add(s);
        }
        double sum =
                past.stream().mapToDouble(s -> Math.pow(m.beta(), step - s)).sum();
        return past.stream()
                .flatMap(s -> estimates(s, Math.pow(m.beta(), step - s) / sum).stream())
                .toList();
    }

    private List<Estimate> estimates(long step, double weight) {
        double[] found = log.projections(step);
        List<Probe> probes = probes(step);
        List<Estimate> all = new ArrayList<>();
        for (int i = 0; i < found.length && finite(found); i++) {
            all.add(new Estimate(probes.get(i), weight * found[i] / settings.samples(step)));
        }
        return all;
    }

    private static boolean finite(double... found) {
        return Arrays.stream(found).allMatch(Double::isFinite);
    }

    private List<Shift.Term> terms(String path, List<Estimate> estimates, double factor) {
        double times = factor * (settings.layers().unbiased() ? scale(path) : 1);
        return estimates.stream()
                .filter(e -> reaches(e.probe, path))
                .map(e -> new Shift.Term(e.probe.index, times * e.weight))
                .toList();
    }

    private Shift down(String path, List<Estimate> estimates, double rate) {
        double decay = decays.test(path, parameters.get(path)) ? rate * settings.weightDecay() : 0;
        return new Shift(1 - decay, terms(path, estimates, -rate));
    }

    private void flush() {
        Shift.all(parameters.tensors(), waiting, noise);
        waiting.clear();
    }

    /** The estimate as the parameters' gradient. */
    private final class Written implements Pass {
        private final List<Estimate> estimates;

        Written(List<Estimate> estimates) {
            this.estimates = estimates;
        }

        @Override
        public double value() {
            return 0;
        }

        @Override
        public double backward() {
            try (var _ = new Scope()) {
                SequencedMap<String, Tensor> gradients = new LinkedHashMap<>();
                parameters.tensors().forEach((path, p) -> {
                    if (!terms(path, estimates, 1).isEmpty()) {
                        gradients.put(path, torch.zeros_like(p));
                    }
                });
                Shift.all(gradients, List.of(path -> new Shift(1, terms(path, estimates, 1))), noise);
                gradients.forEach(
                        (path, g) -> parameters.get(path).mutable_grad().put(g));
                return 0;
            }
        }
    }

    @Override
    public SequencedMap<String, Tensor> state() {
        handed.values().forEach(Scope::free);
        handed = log.state();
        SequencedMap<String, Tensor> all = new LinkedHashMap<>(handed);
        by.ifPresent(run -> run.state().forEach((name, tensor) -> all.put("moments." + name, tensor)));
        return all;
    }

    private Set<String> names() {
        Set<String> names = new HashSet<>(MezoLog.NAMES);
        by.ifPresent(run -> run.state().keySet().forEach(name -> names.add("moments." + name)));
        return names;
    }

    @Override
    public void restore(SequencedMap<String, Tensor> saved) {
        log.check(saved, names());
        MezoLog told = log.read(saved);
        by.ifPresent(run -> {
            SequencedMap<String, Tensor> theirs = new LinkedHashMap<>();
            run.state()
                    .keySet()
                    .forEach(name -> theirs.put(name, Objects.requireNonNull(saved.get("moments." + name))));
            run.restore(theirs);
        });
        log.become(told);
        know(told.scales());
    }

    @Override
    public void close() {
        handed.values().forEach(Scope::free);
        by.ifPresent(Optimizer.Run::close);
    }

    private static void check(String path, Tensor parameter) {
        boolean real = Stream.of(ScalarType.Float, ScalarType.Double)
                .anyMatch(t -> t == parameter.scalar_type().intern());
        if (!real || !parameter.is_contiguous()) {
            throw new IllegalArgumentException(path + " cannot be trained: it must be float32 and contiguous");
        }
    }
}
