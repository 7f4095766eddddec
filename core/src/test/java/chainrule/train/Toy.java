package chainrule.train;

import chainrule.checkpoint.Checkpoint;
import chainrule.model.Decoder;
import chainrule.model.Net;
import chainrule.model.Tiny;
import chainrule.model.family.Llama;
import chainrule.model.family.Models;
import chainrule.nn.Compute;
import chainrule.nn.Init;
import chainrule.objective.NextToken;
import chainrule.objective.Objective;
import chainrule.optim.AdamW;
import chainrule.optim.Mezo;
import chainrule.optim.Optimizer;
import chainrule.optim.Schedule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A run that takes a fraction of a second. */
final class Toy {
    static final int LENGTH = 12;
    static final Examples TRAIN = new Chant(40, LENGTH, 1);
    static final Examples HELD_OUT = new Chant(8, LENGTH, 2);

    static final Optimizer MEZO = new Mezo(1e-3, 1e-3, 6);

    private Toy() {}

    static Settings settings(long steps, int rows, int accumulation, boolean recompute) {
        return settings(steps, rows, accumulation, new NextToken(16), recompute);
    }

    static Settings settings(long steps, int rows, int accumulation, Objective objective) {
        return settings(steps, rows, accumulation, objective, false);
    }

    /** Steps of two parts of two rows. */
    static Settings settings(long steps, Optimizer optimizer) {
        return settings(steps, 2, 2, new NextToken(16), optimizer, false);
    }

    private static Settings settings(long steps, int rows, int accumulation, Objective objective, boolean recompute) {
        return settings(steps, rows, accumulation, objective, new AdamW(0.01), recompute);
    }

    private static Settings settings(
            long steps, int rows, int accumulation, Objective objective, Optimizer optimizer, boolean recompute) {
        return new Settings(
                steps,
                rows,
                LENGTH,
                accumulation,
                objective,
                optimizer,
                new Schedule.Cosine(3, 0.1),
                5,
                Compute.F32,
                recompute,
                new Settings.Cadence(5, 100, (int) Math.max(4, steps / 10), 6, 2));
    }

    static Trainer.Task task(Net net) {
        return new Trainer.Task(net, TRAIN, Optional.of(HELD_OUT), Toy::export);
    }

    static void export(Net net, Path folder) throws IOException {
        Models.save(new Models.Form(new Llama(), Tiny.llama()), net.parameters(), Map.of(), ScalarType.Float, folder);
    }

    static Decoder load(Path folder) {
        return Models.load(Checkpoint.open(folder));
    }

    static Decoder fresh() {
        return Decoder.create(Tiny.llama(), Init.random(9));
    }

    /** One thread: others would wait for each other longer than they compute. */
    static Trainer.Outcome run(
            Trainer.Task task, Settings settings, RunFolder run, Observer observer, BooleanSupplier stop) {
        int threads = torch.get_num_threads();
        torch.set_num_threads(1);
        try {
            return Trainer.run(task, settings, run, observer, stop);
        } finally {
            torch.set_num_threads(threads);
        }
    }

    /** Trains from the start to the end. */
    static Trainer.Outcome train(Path folder, Settings settings) {
        try (Decoder lm = fresh();
                RunFolder run = RunFolder.create(folder, List.of("train", "toy"))) {
            return run(task(lm), settings, run, new Observer() {}, () -> false);
        }
    }

    /** Goes on from the latest checkpoint. */
    static Trainer.Outcome resume(Path folder, Settings settings) {
        try (RunFolder run = RunFolder.resume(folder);
                Decoder lm = load(run.checkpoint())) {
            return run(task(lm), settings, run, new Observer() {}, () -> false);
        }
    }

    static byte[] weights(Path folder) {
        return bytes(folder.resolve("model.safetensors"));
    }

    /** The optimizer's state in the latest checkpoint. */
    static byte[] moments(Path folder) {
        try (RunFolder run = RunFolder.resume(folder)) {
            return bytes(run.checkpoint().resolve("optimizer.safetensors"));
        }
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
