package chainrule.studies.distil;

import chainrule.model.Decoder;
import chainrule.model.DecoderConfig;
import chainrule.nn.Activation;
import chainrule.nn.Attention;
import chainrule.nn.Compute;
import chainrule.nn.Init;
import chainrule.nn.Mlp;
import chainrule.nn.Norm;
import chainrule.nn.Rotary;
import chainrule.objective.Objective;
import chainrule.optim.AdamW;
import chainrule.optim.Schedule;
import chainrule.tensor.Scope;
import chainrule.train.Durable;
import chainrule.train.Examples;
import chainrule.train.Measurement;
import chainrule.train.Observer;
import chainrule.train.RunFolder;
import chainrule.train.Settings;
import chainrule.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongConsumer;
import org.bytedeco.pytorch.NoGradGuard;

/**
 * Models of one vocabulary, and how they are trained.
 *
 * @param length of a row in tokens
 * @param rows of a step
 */
record School(int vocabulary, int length, int rows, Compute compute) {
    /** A model's size. */
    record Shape(int layers, int width, int heads) {}

    Decoder fresh(Shape shape, long seed) {
        int head = shape.width / shape.heads;
        var config = new DecoderConfig(
                vocabulary,
                shape.width,
                shape.layers,
                2 * length,
                new DecoderConfig.Position.Rotated(new Rotary(10_000, head, new Rotary.Scaling.None())),
                new Norm.Kind.Rms(1e-5),
                new Attention.Kind(
                        new Attention.Heads(shape.heads, shape.heads, head), false, false, false, OptionalInt.empty()),
                new Mlp.Kind(true, Math.ceilDiv(shape.width * 8, 3 * 32) * 32, Activation.SILU, false),
                DecoderConfig.Flow.SERIAL,
                true,
                0.02);
        return Decoder.create(config, Init.random(seed)).in(compute);
    }

    /** A model with the parameters of another. */
    Decoder like(Shape shape, Decoder other) {
        Decoder copy = fresh(shape, 0);
        try (var _ = new Scope();
                var _ = new NoGradGuard()) {
            copy.parameters()
                    .tensors()
                    .forEach((path, p) -> p.copy_(other.parameters().get(path)));
        }
        return copy;
    }

    /** Trains for {@code steps}; {@code told} hears of each. */
    void train(Decoder lm, Objective objective, Examples examples, long steps, double rate, LongConsumer told)
            throws IOException {
        Settings settings = new Settings(
                steps,
                rows,
                length,
                1,
                objective,
                new AdamW(rate),
                new Schedule.Cosine((int) Math.max(1, steps * 3 / 100), 0),
                0,
                compute,
                false,
                new Settings.Cadence(0, 1, 0, 0, 1));
        Path folder = Files.createTempDirectory("distil");
        try (RunFolder run = RunFolder.create(folder.resolve("run"), List.of("study"))) {
            var task = new Trainer.Task(lm, examples, Optional.empty(), (_, _) -> {});
            var observer = new Observer() {
                @Override
                public void measured(Measurement m) {
                    told.accept(m.step());
                }
            };
            Trainer.run(task, settings, run, observer, () -> false);
        } finally {
            Durable.deleteAll(folder);
        }
    }
}
