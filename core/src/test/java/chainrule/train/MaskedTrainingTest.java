package chainrule.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chainrule.data.Batches;
import chainrule.data.Corpus;
import chainrule.data.Document;
import chainrule.data.HeldOut;
import chainrule.data.Packing;
import chainrule.data.TokenFile;
import chainrule.data.Vocabulary;
import chainrule.model.Decoder;
import chainrule.objective.Batch;
import chainrule.objective.NextToken;
import chainrule.tensor.Scope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.Stream;
import org.bytedeco.pytorch.NoGradGuard;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training on examples of which only the answers count, from their file to the step. */
class MaskedTrainingTest {
    @TempDir
    Path home;

    private TokenFile file;

    /** Examples of 2 to 13 tokens, of which the first half is read. */
    @BeforeEach
    void writeExamples() {
        var random = new Random(6);
        Corpus corpus = () -> Stream.generate(() -> {
                    int[] ids = random.ints(random.nextInt(2, Toy.LENGTH + 2), 0, 101)
                            .toArray();
                    boolean[] trained = new boolean[ids.length];
                    for (int i = ids.length / 2; i < ids.length; i++) {
                        trained[i] = true;
                    }
                    return (Document) new Document.Example(ids, trained, "made");
                })
                .limit(60);
        Path path = home.resolve("examples.tokens");
        TokenFile.write(path, corpus, new Vocabulary(101, 0, text -> new int[0]), TokenFile.Progress.NONE);
        file = TokenFile.open(path);
    }

    @AfterEach
    void closeFile() {
        file.close();
    }

    private Trainer.Task task(Decoder lm) {
        HeldOut.Split split = new HeldOut.Documents(8, 3).split(file, new Packing.OnePerRow(Toy.LENGTH));
        return new Trainer.Task(
                lm,
                Examples.of(new Batches(split.training(), 5)),
                Optional.of(Examples.of(split.heldOut())),
                Toy::export);
    }

    private List<Measurement> train(String name, Settings settings, Observer observer, int stopAt) {
        try (Decoder lm = Toy.fresh();
                RunFolder run = RunFolder.create(home.resolve(name), List.of())) {
            long[] taken = new long[1];
            Observer counting = new Observer() {
                @Override
                public void measured(Measurement m) {
                    taken[0] = m.step();
                }
            };
            Toy.run(task(lm), settings, run, Observer.all(counting, observer), () -> taken[0] >= stopAt);
            return run.measurements();
        }
    }

    @Test
    void oneTimesEightExamplesIsEightTimesOne() {
        List<Measurement> whole = train("whole", Toy.settings(4, 8, 1, false), new Observer() {}, 4);
        List<Measurement> parts = train("parts", Toy.settings(4, 1, 8, false), new Observer() {}, 4);
        assertThat(whole).hasSize(4);
        for (int i = 0; i < 4; i++) {
            assertThat(parts.get(i).loss()).isCloseTo(whole.get(i).loss(), within(i == 0 ? 1e-6 : 1e-3));
            assertThat(parts.get(i).tokens()).isEqualTo(whole.get(i).tokens());
        }
        assertThat(whole.getLast().tokens()).as("only targets count").isLessThan(4 * 8 * Toy.LENGTH * 6 / 10);
    }

    @Test
    void theLossIsTheMeanOverTheTrainedTokensAlone() {
        train("run", Toy.settings(1, 8, 1, false), new Observer() {}, 1);
        double first = train("again", Toy.settings(1, 8, 1, false), new Observer() {}, 1)
                .getFirst()
                .loss();
        try (Decoder lm = Toy.fresh();
                var _ = new Scope();
                var _ = new NoGradGuard()) {
            double sum = 0;
            double trained = 0;
            for (int row = 0; row < 8; row++) {
                Batch one = task(lm).examples().batch(row, 1);
                sum += new NextToken().sum(lm, one).item_double();
                trained += one.trained();
            }
            assertThat(first).isCloseTo(sum / trained, within(1e-6));
        }
    }

    @Test
    void aStoppedRunGoesOnBitForBitAndKeepsTheLossBeforeItsFirstStep() {
        Settings ten = Toy.settings(10, 4, 1, false);
        List<Double> before = new ArrayList<>();
        Observer hearing = new Observer() {
            @Override
            public void measuredBefore(double heldOutLoss) {
                before.add(heldOutLoss);
            }
        };
        train("whole", ten, hearing, 10);
        train("stopped", ten, hearing, 6);
        try (RunFolder run = RunFolder.resume(home.resolve("stopped"));
                Decoder lm = Toy.load(run.checkpoint())) {
            Toy.run(task(lm), ten, run, hearing, () -> false);
            assertThat(run.before()).isEqualTo(OptionalDouble.of(before.getFirst()));
        }
        assertThat(before).as("told where a run begins, not where it goes on").hasSize(2);
        assertThat(Toy.weights(home.resolve("stopped"))).isEqualTo(Toy.weights(home.resolve("whole")));
        try (Decoder lm = Toy.fresh();
                var _ = new Scope();
                var _ = new NoGradGuard()) {
            Batch all = task(lm).heldOut().orElseThrow().batch(0, 8);
            double loss = new NextToken().sum(lm, all).item_double() / all.trained();
            assertThat(before.getFirst()).isCloseTo(loss, within(1e-6));
        }
    }

    @Test
    void anotherMaskIsOtherData() {
        try (Decoder lm = Toy.fresh()) {
            String description = task(lm).examples().description();
            Corpus same =
                    () -> Stream.of((Document) new Document.Example(new int[] {1, 2}, new boolean[] {true, true}, ""));
            Corpus other = () -> Stream.of((Document) new Document.Example(new int[] {1, 2}, new boolean[2], ""));
            assertThat(described(same)).isNotEqualTo(described(other)).isNotEqualTo(description);
        }
    }

    private String described(Corpus corpus) {
        Path path = home.resolve("one.tokens");
        TokenFile.write(path, corpus, new Vocabulary(101, 0, text -> new int[0]), TokenFile.Progress.NONE);
        try (TokenFile one = TokenFile.open(path)) {
            return Examples.of(new HeldOut.None()
                            .split(one, new Packing.OnePerRow(3))
                            .training())
                    .description();
        }
    }
}
