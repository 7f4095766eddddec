package chainrule.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chainrule.BadInput;
import chainrule.model.Decoder;
import chainrule.model.Net;
import chainrule.nn.Compute;
import chainrule.objective.Batch;
import chainrule.objective.Mean;
import chainrule.objective.NextToken;
import chainrule.objective.Objective;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
    private static final Settings TEN = Toy.settings(10, 4, 1, false);

    @TempDir
    Path home;

    private Path folder() {
        return home.resolve("run");
    }

    @Test
    void trainingLearnsWhatTheDataRepeat() {
        Toy.train(folder(), Toy.settings(80, 8, 1, false));
        List<Measurement> all = measurements();
        assertThat(all.getFirst().loss()).isGreaterThan(3);
        assertThat(all.getLast().loss()).isLessThan(1);
        assertThat(all.getLast().evaluation().orElseThrow()).isLessThan(1);
    }

    @Test
    void everyStepIsMeasuredUnderTheNamesThatUsersKnow() throws IOException {
        Toy.train(folder(), TEN);
        List<Measurement> all = measurements();
        assertThat(all.stream().map(Measurement::step)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
        assertThat(all.get(9).tokens()).isEqualTo(10 * 4 * Toy.LENGTH);
        assertThat(all.get(9).epoch()).isEqualTo(1.0);
        assertThat(all.get(1).learningRate()).isCloseTo(0.01 * 2 / 3, within(1e-12));
        assertThat(all.stream().filter(m -> m.evaluation().isPresent()).map(Measurement::step))
                .containsExactly(5L, 10L);
        assertThat(Files.readAllLines(folder().resolve("metrics.jsonl")).get(4))
                .contains("\"step\":5", "\"epoch\":0.5", "\"loss\":", "\"grad_norm\":", "\"learning_rate\":")
                .contains("\"num_tokens\":", "\"tokens_per_second\":", "\"eval_loss\":");
    }

    @Test
    void theHeldOutLossIsTheSavedModelsInFloat32WhateverTrainingComputesIn() {
        try (Decoder lm = Toy.fresh();
                RunFolder run = RunFolder.create(folder(), List.of())) {
            Toy.run(Toy.task(lm.in(Compute.BF16)), TEN, run, new Observer() {}, () -> false);
        }
        double measured = measurements().getLast().evaluation().orElseThrow();
        try (Decoder saved = Toy.load(folder())) {
            assertThat(measured).isCloseTo(heldOutLoss(saved), within(1e-6));
            assertThat(heldOutLoss(saved.in(Compute.BF16))).isNotCloseTo(measured, within(1e-5));
        }
    }

    private static double heldOutLoss(Decoder lm) {
        try (var _ = new Scope();
                var _ = new NoGradGuard()) {
            Batch batch = Toy.HELD_OUT.batch(0, (int) Toy.HELD_OUT.rows());
            return new NextToken().sum(lm, batch).item_double() / batch.trained();
        }
    }

    @Test
    void oneTimesEightRowsIsEightTimesOneRow() {
        Toy.train(home.resolve("whole"), Toy.settings(4, 8, 1, false));
        Toy.train(home.resolve("parts"), Toy.settings(4, 1, 8, false));
        assertSameButForRounding(measurements(home.resolve("parts")), measurements(home.resolve("whole")));
    }

    @Test
    void partsWithFewTrainedTokensWeighLittle() {
        Examples uneven = new Masked(Toy.TRAIN);
        train(home.resolve("whole"), uneven, Toy.settings(4, 8, 1, false));
        train(home.resolve("parts"), uneven, Toy.settings(4, 1, 8, false));
        assertSameButForRounding(measurements(home.resolve("parts")), measurements(home.resolve("whole")));
    }

    @Test
    void computingActivationsAgainChangesNothing() {
        Toy.train(home.resolve("kept"), TEN);
        Toy.train(home.resolve("again"), Toy.settings(10, 4, 1, true));
        assertThat(Toy.weights(home.resolve("again"))).isEqualTo(Toy.weights(home.resolve("kept")));
    }

    @Test
    void aRunStoppedAtAnyStepGoesOnBitForBit() {
        Toy.train(home.resolve("whole"), TEN);
        for (int at : new int[] {0, 1, 5, 8}) {
            Path halved = home.resolve("stopped" + at);
            stopAt(at, halved);
            assertThat(Toy.resume(halved, TEN)).isEqualTo(new Trainer.Outcome(10, false));
            assertThat(Toy.weights(halved)).isEqualTo(Toy.weights(home.resolve("whole")));
            assertThat(Toy.moments(halved)).isEqualTo(Toy.moments(home.resolve("whole")));
            assertThat(losses(halved)).isEqualTo(losses(home.resolve("whole")));
        }
    }

    @Test
    void aStoppedRunIsSavedAndSaysSo() {
        assertThat(stopAt(7, folder())).isEqualTo(new Trainer.Outcome(7, true));
        assertThat(folder().resolve("checkpoints/step-7/model.safetensors")).exists();
    }

    @Test
    void aFinishedRunResumedDoesNothing() {
        Toy.train(folder(), TEN);
        byte[] before = Toy.weights(folder());
        assertThat(Toy.resume(folder(), TEN)).isEqualTo(new Trainer.Outcome(10, false));
        assertThat(Toy.weights(folder())).isEqualTo(before);
        assertThat(measurements()).hasSize(10);
    }

    @Test
    void otherSettingsOrDataAreNamedAndRefused() {
        stopAt(5, folder());
        assertThatThrownBy(() -> Toy.resume(folder(), Toy.settings(12, 4, 2, false)))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("steps 10 (now 12)")
                .hasMessageContaining("accumulation 1 (now 2)");
        assertThatThrownBy(() -> resume(folder(), new Chant(40, Toy.LENGTH, 77)))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("data ");
    }

    @Test
    void aLossThatIsNoNumberStopsWithStepAndBatchNamedAndTheLastCheckpointKept() {
        Objective poisoned = new Poisoned(new NextToken(), 13, new AtomicLong());
        assertThatThrownBy(() -> train(folder(), Toy.TRAIN, Toy.settings(10, 2, 2, poisoned)))
                .isInstanceOf(TrainingStopped.class)
                .hasMessageContaining("step 7")
                .hasMessageContaining("loss is NaN")
                .hasMessageContaining("rows 24 to 25")
                .hasMessageContaining("step-4");
        assertThat(measurements()).hasSize(6);
        try (RunFolder run = RunFolder.resume(folder());
                Decoder good = Toy.load(run.checkpoint());
                var _ = new Scope()) {
            assertThat(good.parameters().tensors().values()).allMatch(p -> Double.isFinite(Ops.floats(p)[0]));
        }
    }

    @Test
    void aCheckpointThatCannotBeWrittenStopsTheRunAndLosesNothing() {
        Export full = (net, path) -> {
            Toy.export(net, path);
            if (path.getFileName().toString().startsWith("step-8")) {
                throw new IOException("No space left on device");
            }
        };
        try (Decoder lm = Toy.fresh();
                RunFolder run = RunFolder.create(folder(), List.of())) {
            var task = new Trainer.Task(lm, Toy.TRAIN, Optional.empty(), full);
            assertThatThrownBy(() -> Toy.run(task, TEN, run, new Observer() {}, () -> false))
                    .isInstanceOf(TrainingStopped.class)
                    .hasMessageContaining("step 8")
                    .hasMessageContaining("No space left on device")
                    .hasMessageContaining("step-4");
        }
        assertThat(folder().resolve("checkpoints/step-8.tmp")).doesNotExist();
        Toy.train(home.resolve("whole"), TEN);
        Toy.resume(folder(), TEN);
        assertThat(Toy.weights(folder())).isEqualTo(Toy.weights(home.resolve("whole")));
    }

    @Test
    void observersAreToldInOrder() {
        List<String> heard = new ArrayList<>();
        Observer observer = new Observer() {
            @Override
            public void started(Start start) {
                heard.add("start " + start.step());
            }

            @Override
            public void sample(long step, Net net) {
                heard.add("sample " + step + " " + GradMode.is_enabled());
            }

            @Override
            public void saved(long step, Path checkpoint) {
                heard.add("saved " + step + " " + Files.exists(checkpoint.resolve("state.json")));
            }
        };
        try (Decoder lm = Toy.fresh();
                RunFolder run = RunFolder.create(folder(), List.of())) {
            Toy.run(Toy.task(lm), TEN, run, Observer.all(observer), () -> false);
        }
        assertThat(heard).containsExactly("start 0", "saved 4 true", "sample 6 false", "saved 8 true", "saved 10 true");
    }

    @Test
    void anEmptyCorpusIsRefused() {
        assertThatThrownBy(() -> train(folder(), new Chant(0, Toy.LENGTH, 1), TEN))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("nothing to train on");
    }

    @Test
    void stepsLeaveNoNativeObjectsBehind() {
        List<Long> counts = new ArrayList<>();
        Observer counting = new Observer() {
            @Override
            public void measured(Measurement m) {
                counts.add(Pointer.totalCount());
            }
        };
        try (Decoder lm = Toy.fresh();
                RunFolder run = RunFolder.create(folder(), List.of())) {
            Toy.run(Toy.task(lm), Toy.settings(10, 2, 3, true), run, counting, () -> false);
        }
        assertThat(counts.subList(1, 10)).containsOnly(counts.getFirst());
    }

    /** The first step closely; after it Adam has made steps of what rounding left of gradients that are zero. */
    @Test
    void aSumIsLoggedMemberByMemberAndPartsWeighAsTheirTermsDo() throws IOException {
        Objective sum = Objective.parse("next-token:chunk=16 + 30*z-loss");
        Examples uneven = new Masked(Toy.TRAIN);
        train(home.resolve("whole"), uneven, Toy.settings(4, 8, 1, sum));
        train(home.resolve("parts"), uneven, Toy.settings(4, 1, 8, sum));
        assertSameButForRounding(measurements(home.resolve("parts")), measurements(home.resolve("whole")));
        for (Measurement m : measurements(home.resolve("whole"))) {
            var means = m.means();
            assertThat(means.get("loss/next-token") + 30 * means.get("loss/z-loss"))
                    .isCloseTo(m.loss(), within(1e-9));
        }
        Toy.train(home.resolve("even"), Toy.settings(4, 8, 1, sum));
        Measurement last = measurements(home.resolve("even")).getLast();
        assertThat(last.means().get("eval_loss/next-token") + 30 * last.means().get("eval_loss/z-loss"))
                .isCloseTo(last.evaluation().orElseThrow(), within(1e-9));
        assertThat(Files.readString(home.resolve("whole/metrics.jsonl"))).contains("\"loss/z-loss\":");
        assertThat(Files.readString(home.resolve("whole/checkpoints/step-4/state.json")))
                .contains("next-token:chunk=16 + 30*z-loss");
    }

    private static void assertSameButForRounding(List<Measurement> some, List<Measurement> others) {
        assertThat(some).hasSameSizeAs(others);
        for (int i = 0; i < some.size(); i++) {
            double tolerance = i == 0 ? 1e-6 : 1e-3;
            double norm = others.get(i).gradientNorm();
            assertThat(some.get(i).loss()).isCloseTo(others.get(i).loss(), within(tolerance));
            assertThat(some.get(i).gradientNorm()).isCloseTo(norm, within(tolerance * 10 * norm));
        }
    }

    private Trainer.Outcome stopAt(int step, Path folder) {
        long[] taken = new long[1];
        Observer counting = new Observer() {
            @Override
            public void measured(Measurement m) {
                taken[0] = m.step();
            }
        };
        try (Decoder lm = Toy.fresh();
                RunFolder run = RunFolder.create(folder, List.of())) {
            return Toy.run(Toy.task(lm), TEN, run, counting, () -> taken[0] >= step);
        }
    }

    private static void train(Path folder, Examples examples, Settings settings) {
        try (Decoder lm = Toy.fresh();
                RunFolder run = RunFolder.create(folder, List.of())) {
            var task = new Trainer.Task(lm, examples, Optional.empty(), Toy::export);
            Toy.run(task, settings, run, new Observer() {}, () -> false);
        }
    }

    private static void resume(Path folder, Examples examples) {
        try (RunFolder run = RunFolder.resume(folder);
                Decoder lm = Toy.load(run.checkpoint())) {
            var task = new Trainer.Task(lm, examples, Optional.empty(), Toy::export);
            Toy.run(task, TEN, run, new Observer() {}, () -> false);
        }
    }

    private List<Measurement> measurements() {
        return measurements(folder());
    }

    private static List<Measurement> measurements(Path folder) {
        try (RunFolder run = RunFolder.resume(folder)) {
            return run.measurements();
        }
    }

    private static List<OptionalDouble> losses(Path folder) {
        return measurements(folder).stream()
                .map(m -> OptionalDouble.of(m.loss()))
                .toList();
    }

    /** Row i trains its first i mod 7 tokens only. */
    private record Masked(Examples all) implements Examples {
        @Override
        public long rows() {
            return all.rows();
        }

        @Override
        public Batch batch(long number, int count) {
            Batch batch = all.batch(number, count);
            for (int b = 0; b < count; b++) {
                long trained = (number * count + b) % 7;
                batch.mask()
                        .narrow(0, b, 1)
                        .narrow(1, trained, Toy.LENGTH - trained)
                        .zero_();
            }
            return batch;
        }

        @Override
        public String description() {
            return all.description();
        }
    }

    /** NaN from the pass of that number on. */
    private record Poisoned(Mean sound, long pass, AtomicLong passes) implements Objective.Custom {
        @Override
        public Tensor sum(Net net, Batch batch) {
            Tensor sum = sound.sum(net, batch);
            return passes.incrementAndGet() < pass ? sum : Ops.mul(sum, Double.NaN);
        }

        @Override
        public double terms(Batch batch) {
            return sound.terms(batch);
        }
    }
}
