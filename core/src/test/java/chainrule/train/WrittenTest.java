package chainrule.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.model.Decoder;
import chainrule.model.Tiny;
import chainrule.model.Tokens;
import chainrule.objective.Batch;
import chainrule.objective.Distillation;
import chainrule.objective.Objective;
import chainrule.objective.distil.ModelTeacher;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WrittenTest {
    private static final int PROMPT = 5;
    private static final int END = 3;

    @TempDir
    Path home;

    private static Written written(Decoder student, Decoder teacher, Sequences sequences) {
        return new Written(Toy.TRAIN, student, teacher, sequences, PROMPT, END, 7);
    }

    private static long[] ids(Batch batch) {
        return Ops.longs(((Tokens.Ids) batch.input().tokens()).ids());
    }

    @Test
    void beginningsAreGivenAndTheRestIsWrittenAndTrainedUpToItsEnd() {
        try (Decoder lm = Toy.fresh();
                var _ = new Scope()) {
            int ended = 0;
            for (long number = 0; number < 6; number++) {
                Batch given = Toy.TRAIN.batch(number, 4);
                Batch found = written(lm, lm, new Sequences.Student()).batch(number, 4);
                long[] targets = Ops.longs(found.targets());
                float[] mask = Ops.floats(found.mask());
                assertThat(ids(found)).isNotEqualTo(ids(given));
                for (int b = 0; b < 4; b++) {
                    boolean open = true;
                    for (int t = 0; t < Toy.LENGTH; t++) {
                        int i = b * Toy.LENGTH + t;
                        if (t < PROMPT) {
                            assertThat(ids(found)[i]).isEqualTo(ids(given)[i]);
                        }
                        assertThat(mask[i]).isEqualTo(t >= PROMPT - 1 && open ? 1 : 0);
                        open &= t < PROMPT - 1 || targets[i] != END;
                        assertThat(t + 1 == Toy.LENGTH || targets[i] == ids(found)[i + 1])
                                .isTrue();
                    }
                    ended += open ? 0 : 1;
                }
            }
            assertThat(ended).as("a text ends before the row does").isPositive();
        }
    }

    @Test
    void whatIsWrittenDependsOnTheBatchsNumberAndOnTheModelAlone() {
        try (Decoder lm = Toy.fresh();
                Decoder other = Tiny.decoder(Tiny.llama(), 4);
                var _ = new Scope()) {
            Written own = written(lm, other, new Sequences.Student());
            long[] third = ids(own.batch(3, 2));
            assertThat(ids(own.batch(4, 2))).isNotEqualTo(third);
            assertThat(ids(own.batch(3, 2))).isEqualTo(third);
            assertThat(ids(written(other, lm, new Sequences.Student()).batch(3, 2)))
                    .isNotEqualTo(third);
            assertThat(ids(written(other, lm, new Sequences.Teacher()).batch(3, 2)))
                    .isEqualTo(third);
            assertThat(ids(written(other, lm, new Sequences.Given()).batch(3, 2)))
                    .isEqualTo(ids(Toy.TRAIN.batch(3, 2)));
        }
    }

    @Test
    void theSameBeginningsGoOnInAnotherWayInAnotherBatch() {
        try (Decoder lm = Toy.fresh();
                var _ = new Scope()) {
            Examples same = new Examples() {
                @Override
                public long rows() {
                    return 2;
                }

                @Override
                public Batch batch(long number, int rows) {
                    return Toy.TRAIN.batch(0, rows);
                }

                @Override
                public String description() {
                    return "the same rows";
                }
            };
            Written own = new Written(same, lm, lm, new Sequences.Student(), PROMPT, END, 7);
            assertThat(ids(own.batch(3, 2))).isNotEqualTo(ids(own.batch(4, 2))).isEqualTo(ids(own.batch(3, 2)));
        }
    }

    @Test
    void aMixIsMixedInItsParts() {
        try (Decoder lm = Toy.fresh();
                var _ = new Scope()) {
            Written half = written(lm, lm, new Sequences.Mixed());
            long changed = LongStream.range(0, 40)
                    .filter(n -> half.batch(n, 1).trained() < Toy.LENGTH)
                    .count();
            assertThat(changed).isBetween(12L, 28L);
        }
        assertThatThrownBy(() -> new Sequences.Mixed(0.6, 0.5)).hasMessageContaining("at most 1 together");
    }

    @Test
    void aRunOnItsOwnTextsThatIsResumedGivesTheSameNumbers() {
        try (Decoder teacher = Tiny.decoder(Tiny.llama(), 4)) {
            Objective objective = Distillation.parse("atkd + 0.1*next-token", ModelTeacher.of(teacher));
            Settings settings = Toy.settings(8, 4, 1, objective);
            run(home.resolve("whole"), teacher, settings, 100);
            run(home.resolve("parts"), teacher, settings, 5);
            run(home.resolve("parts"), teacher, settings, 100);
            assertThat(Toy.weights(home.resolve("parts"))).isEqualTo(Toy.weights(home.resolve("whole")));
        }
    }

    /** Goes on, or begins. @param steps to stop after */
    private static void run(Path path, Decoder teacher, Settings settings, int steps) {
        boolean begun = path.resolve("checkpoints/latest").toFile().exists();
        try (RunFolder folder = begun ? RunFolder.resume(path) : RunFolder.create(path, List.of());
                Decoder lm = begun ? Toy.load(folder.checkpoint()) : Toy.fresh()) {
            var task = new Trainer.Task(
                    lm, written(lm, teacher, new Sequences.Mixed(0.5, 0.3)), Optional.of(Toy.HELD_OUT), Toy::export);
            int[] asked = {0};
            Toy.run(task, settings, folder, new Observer() {}, () -> asked[0]++ == steps);
        }
    }
}
