package chainrule.train;

import chainrule.BadInput;
import chainrule.adapter.Adapted;
import chainrule.checkpoint.Safetensors;
import chainrule.checkpoint.TensorFile;
import chainrule.model.Blocks;
import chainrule.model.Decoder;
import chainrule.model.Net;
import chainrule.nn.Compute;
import chainrule.objective.Batch;
import chainrule.optim.Optimizer;
import chainrule.tensor.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * The training loop. A step is a function of the parameters, the optimizer's state and the step's number alone, so that
 * a run that goes on from a checkpoint gives the numbers of one that never stopped, bit for bit on one machine with the
 * same number of threads.
 */
public final class Trainer {
    /**
     * What is trained and on what.
     *
     * @param net with float32 parameters, computing in the settings' number type
     * @param heldOut rows for evaluation
     */
    public record Task(Net net, Examples examples, Optional<Examples> heldOut, Export export) {}

    /**
     * How a run ended.
     *
     * @param step the steps taken
     * @param interrupted whether it was asked to stop before the last step
     */
    public record Outcome(long step, boolean interrupted) {}

    private final Task task;
    private final Settings settings;
    private final RunFolder folder;
    private final Observer observer;
    private final Net net;
    private long step;
    private long tokens;
    private OptionalDouble before = OptionalDouble.empty();

    private Trainer(Task task, Settings settings, RunFolder folder, Observer observer) {
        this.task = task;
        this.settings = settings;
        this.folder = folder;
        this.observer = observer;
        this.net = settings.recompute() ? recomputed(task.net()) : task.net();
    }

    /**
     * Trains from the folder's latest checkpoint, from which the net was loaded, or from the start where there is none.
     *
     * @param stop asked before every step; when it holds, the run is saved and ends
     * @throws BadInput where the run in the folder has other settings, or there is nothing to train on
     * @throws TrainingStopped where a loss is no number or a checkpoint cannot be written
     */
    public static Outcome run(Task task, Settings settings, RunFolder folder, Observer observer, BooleanSupplier stop) {
        return new Trainer(task, settings, folder, observer).run(stop);
    }

    private Outcome run(BooleanSupplier stop) {
        check();
        try (Optimizer.Run run = settings.optimizer().start(net.parameters())) {
            begin(run);
            try (Metrics metrics = Metrics.after(step, folder.metrics())) {
                observer.started(start());
                if (step == 0) {
                    before.ifPresent(observer::measuredBefore);
                }
                while (step < settings.steps() && !stop.getAsBoolean()) {
                    Measurement m = measure(run);
                    metrics.add(m);
                    observer.measured(m);
                    if (due(settings.cadence().sample())) {
                        sample();
                    }
                    if (due(settings.cadence().save()) && step < settings.steps()) {
                        metrics.force();
                        save(run);
                    }
                }
                metrics.force();
                save(run);
            } catch (IOException e) {
                throw new TrainingStopped(
                        "Training stopped at step " + step + ": " + folder.metrics()
                                + " cannot be written (" + e.getMessage() + "). The checkpoint " + folder.checkpoint()
                                + " is complete: resume when this is mended.",
                        e);
            }
        }
        return new Outcome(step, step < settings.steps());
    }

    private void check() {
        if (task.examples().rows() < 1) {
            throw new BadInput("There is nothing to train on: the text has fewer than " + (settings.length() + 1)
                    + " tokens. Add text or shorten the rows.");
        }
        if (folder.begun()) {
            List<String> differences =
                    Settings.differences(RunState.read(folder.checkpoint()).settings(), described());
            if (!differences.isEmpty()) {
                throw new BadInput(
                        "The run in " + folder.path() + " has other settings: " + String.join(", ", differences)
                                + ". Resume with its own, or start a new run from its model in another folder.");
            }
        }
    }

    private void begin(Optimizer.Run run) {
        if (!folder.begun()) {
            before = evaluate().map(m -> OptionalDouble.of(m.total())).orElse(OptionalDouble.empty());
            folder.save(0, settings.cadence().keep(), path -> write(run, path));
            return;
        }
        Path from = folder.checkpoint();
        RunState state = RunState.read(from);
        step = state.step();
        tokens = state.tokens();
        before = state.before();
        try (var _ = new Scope();
                TensorFile saved = TensorFile.open(from.resolve(RunState.OPTIMIZER))) {
            SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
            saved.entries().forEach(e -> tensors.put(e.name(), saved.read(e.name())));
            run.restore(tensors);
        }
    }

    private Observer.Start start() {
        List<Measurement> all = folder.measurements();
        return new Observer.Start(
                step,
                step * settings.rowsPerStep(),
                epoch(),
                all.subList(Math.max(0, all.size() - 10), all.size()),
                MemoryNeed.of(task.net(), settings));
    }

    private Measurement measure(Optimizer.Run run) {
        long began = System.nanoTime();
        double factor = settings.schedule().factor(step + 1, settings.steps());
        Optimizer.Update update;
        Means means = new Means(settings.objective());
        long read;
        try (var _ = new Scope()) {
            List<Part> parts = parts();
            update = run.step(List.copyOf(parts), factor);
            if (!update.finite()) {
                throw notFinite(update, parts);
            }
            parts.forEach(p -> means.add(p.sums(), settings.objective().counts(p.batch())));
            read = Math.round(
                    parts.stream().mapToDouble(p -> p.batch().trained()).sum());
        }
        step++;
        tokens += read;
        double seconds = (System.nanoTime() - began) / 1e9;
        boolean evaluating = due(settings.cadence().evaluate()) || step == settings.steps();
        Optional<Means> heldOut = evaluating ? evaluate() : Optional.empty();
        SortedMap<String, Double> named = means.named("loss/");
        heldOut.ifPresent(m -> named.putAll(m.named("eval_loss/")));
        return new Measurement(
                step,
                epoch(),
                update.loss(),
                update.gradientNorm(),
                settings.optimizer().learningRate() * factor,
                tokens,
                read / seconds,
                heldOut.map(m -> OptionalDouble.of(m.total())).orElse(OptionalDouble.empty()),
                System.currentTimeMillis() / 1e3,
                named);
    }

    private List<Part> parts() {
        List<Batch> batches = LongStream.range(0, settings.accumulation())
                .mapToObj(a -> task.examples().batch(step * settings.accumulation() + a, settings.rows()))
                .toList();
        double[] terms = new double[settings.objective().means().size()];
        for (Batch batch : batches) {
            double[] own = settings.objective().counts(batch);
            Arrays.setAll(terms, k -> terms[k] + own[k]);
        }
        return batches.stream()
                .map(b -> new Part(net, settings.objective(), b, terms))
                .toList();
    }

    private TrainingStopped notFinite(Optimizer.Update update, List<Part> parts) {
        int bad = 0;
        while (bad < parts.size() - 1 && Double.isFinite(parts.get(bad).last())) {
            bad++;
        }
        boolean loss = !Double.isFinite(parts.get(bad).last());
        long first = step * settings.rowsPerStep() + (loss ? (long) bad * settings.rows() : 0);
        long last = first + (loss ? settings.rows() : settings.rowsPerStep()) - 1;
        return new TrainingStopped(
                "Training stopped at step " + (step + 1) + ": the " + (loss ? "loss" : "gradient") + " is "
                        + (loss ? parts.get(bad).last() : update.gradientNorm()) + ", in the batch of rows " + first
                        + " to " + last
                        + " of the data's order. The checkpoint " + folder.checkpoint()
                        + " is good: start a new run from it with a lower learning rate, or look at these rows.");
    }

    /**
     * The means over the held-out rows: in float32 whatever a decoder trains in, since bfloat16 would add a rounding that
     * the saved model does not have.
     */
    private Optional<Means> evaluate() {
        if (task.heldOut().isEmpty()) {
            return Optional.empty();
        }
        Examples heldOut = task.heldOut().get();
        Net exact = switch (task.net()) {
            case Decoder decoder -> decoder.in(Compute.F32);
            case Adapted adapted -> adapted.in(Compute.F32);
            default -> task.net();
        };
        long batches = Math.ceilDiv(Math.min(heldOut.rows(), settings.cadence().evaluateRows()), settings.rows());
        Means means = new Means(settings.objective());
        for (long i = 0; i < batches; i++) {
            try (var _ = new Scope();
                    var _ = new NoGradGuard()) {
                Batch batch = heldOut.batch(i, settings.rows());
                double[] terms = settings.objective().counts(batch);
                means.add(settings.objective().loss(exact, batch, terms).sums(), terms);
            }
        }
        return means.any() ? Optional.of(means) : Optional.empty();
    }

    private void sample() {
        try (var _ = new Scope();
                var _ = new NoGradGuard()) {
            observer.sample(step, task.net());
        }
    }

    private void save(Optimizer.Run run) {
        if (!folder.reached(step)) {
            folder.save(step, settings.cadence().keep(), path -> write(run, path));
            observer.saved(step, folder.checkpoint());
        }
    }

    private void write(Optimizer.Run run, Path path) throws IOException {
        task.export().write(task.net(), path);
        Safetensors.write(path.resolve(RunState.OPTIMIZER), run.state(), Map.of());
        new RunState(step, tokens, before, described()).write(path);
    }

    private Map<String, String> described() {
        Map<String, String> all = new TreeMap<>(settings.decisive());
        all.put("data", task.examples().description());
        return all;
    }

    private double epoch() {
        return (double) step * settings.rowsPerStep() / task.examples().rows();
    }

    private boolean due(int every) {
        return every > 0 && step % every == 0;
    }

    private static Net recomputed(Net net) {
        if (net instanceof Blocks blocks) {
            return new Recomputed(blocks);
        }
        throw new BadInput("Only a model of blocks can compute its activations again: train without that.");
    }
}
