package chainrule.studies.gdc;

import chainrule.Progress;
import chainrule.data.Permutation;
import chainrule.data.Rows;
import chainrule.model.Decoder;
import chainrule.model.DecoderConfig;
import chainrule.nn.Activation;
import chainrule.nn.Attention;
import chainrule.nn.Compute;
import chainrule.nn.Init;
import chainrule.nn.Mlp;
import chainrule.nn.Norm;
import chainrule.nn.Rotary;
import chainrule.objective.Batch;
import chainrule.objective.NextToken;
import chainrule.optim.AdamW;
import chainrule.optim.Schedule;
import chainrule.studies.Lab;
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
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A decoder of four layers of width 128, trained from scratch on short texts that begin and end with one token.
 *
 * @param length the longest text, that token at its end included
 */
record SmallModel(int vocabulary, int length, int end, int rows, long steps) {
    /** The model, closed by the caller. @param texts without begin and end */
    Decoder train(String what, List<int[]> texts, Lab lab) throws IOException {
        Decoder lm = Decoder.create(config(), Init.random(1));
        try {
            lab.kept().once(what, lm.parameters(), () -> train(lm, what, texts, lab));
            return lm;
        } catch (RuntimeException | IOException | Error e) {
            lm.close();
            throw e;
        }
    }

    private void train(Decoder lm, String what, List<int[]> texts, Lab lab) throws IOException {
        Path folder = Files.createTempDirectory("chainrule-study");
        try (RunFolder run = RunFolder.create(folder, List.of("study"));
                Progress progress = lab.progress(what, steps)) {
            var task = new Trainer.Task(lm, new Texts(texts, length, end), Optional.empty(), (_, _) -> {});
            Trainer.run(
                    task,
                    settings(),
                    run,
                    new Observer() {
                        @Override
                        public void measured(Measurement m) {
                            progress.update(m.step(), String.format(Locale.ROOT, "loss %.3f", m.loss()));
                        }
                    },
                    () -> false);
        } finally {
            Durable.deleteAll(folder);
        }
    }

    private Settings settings() {
        return new Settings(
                steps,
                rows,
                length,
                1,
                new NextToken(),
                new AdamW(2e-3),
                new Schedule.Cosine(50, 0.05),
                1,
                Compute.F32,
                false,
                new Settings.Cadence(0, 1, 0, 0, 1));
    }

    private DecoderConfig config() {
        return new DecoderConfig(
                vocabulary,
                128,
                4,
                length + 1,
                new DecoderConfig.Position.Rotated(new Rotary(10_000, 32, new Rotary.Scaling.None())),
                new Norm.Kind.Rms(1e-5),
                new Attention.Kind(new Attention.Heads(4, 4, 32), false, false, false, OptionalInt.empty()),
                new Mlp.Kind(true, 352, Activation.SILU, false),
                DecoderConfig.Flow.SERIAL,
                true,
                0.05);
    }

    /** Texts in rows of their own, in a new order every epoch. */
    private record Texts(List<int[]> texts, int length, int end) implements Examples {
        @Override
        public long rows() {
            return texts.size();
        }

        @Override
        public Batch batch(long number, int rows) {
            int[][] ids = new int[rows][length + 1];
            int[] lengths = new int[rows];
            for (int i = 0; i < rows; i++) {
                long at = number * rows + i;
                int[] text = texts.get((int) new Permutation(rows(), at / rows()).at(at % rows()));
                ids[i][0] = end;
                System.arraycopy(text, 0, ids[i], 1, text.length);
                ids[i][text.length + 1] = end;
                lengths[i] = text.length + 2;
            }
            return Batch.of(Rows.of(ids, lengths));
        }

        @Override
        public String description() {
            return texts.size() + " texts";
        }
    }
}
