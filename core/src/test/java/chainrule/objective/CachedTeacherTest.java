package chainrule.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chainrule.BadInput;
import chainrule.data.Windows;
import chainrule.model.Decoder;
import chainrule.model.Tiny;
import chainrule.objective.distil.CachedTeacher;
import chainrule.objective.distil.ModelTeacher;
import chainrule.objective.distil.Teacher;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CachedTeacherTest {
    private static final Bigram TEACHER = Bigram.tiny();
    private static final int LENGTH = 9;

    @TempDir
    Path folder;

    /** Random rows; the last has only five ids. */
    private record Texts(long seed, long count) implements Windows {
        @Override
        public int length() {
            return LENGTH;
        }

        @Override
        public int read(long i, int[] row) {
            Arrays.fill(row, 0);
            int real = i == count - 1 ? 5 : row.length;
            System.arraycopy(Tiny.ids(real, seed * 100 + i), 0, row, 0, real);
            return real;
        }
    }

    private static final Windows TEXTS = new Texts(1, 6);

    private Path file() {
        return folder.resolve("answers");
    }

    private CachedTeacher cached(int kept) {
        return CachedTeacher.of(file(), TEACHER, List.of(TEXTS, new Texts(2, 3)), kept, _ -> {});
    }

    /** Rows of two texts in another order than the file's. */
    private static Batch batch() {
        return Batch.of(TEXTS.rows(4, 2));
    }

    private static Tensor logP(Teacher teacher) {
        return Ops.logSoftmax(teacher.of(batch().input(), batch().targets()).logits(Ops.ids(0, 3, 8, 9, 12)), -1);
    }

    @Test
    void withTheWholeVocabularyNothingIsLost() {
        try (CachedTeacher all = cached(100_000);
                var _ = new Scope()) {
            assertThat(logP(all).sub(logP(TEACHER)).abs().max().item_double()).isLessThan(1e-5);
        }
    }

    @Test
    void theLikeliestAndTheTargetAreExactAndTheRestHasItsPart() {
        try (CachedTeacher few = cached(4);
                var _ = new Scope()) {
            Tensor exact = logP(TEACHER).exp();
            Tensor found = logP(few).exp();
            Tensor target = batch().targets()
                    .flatten()
                    .index_select(0, Ops.ids(0, 3, 8, 9, 12))
                    .unsqueeze(1);
            Tensor best = exact.topk(3).get1();
            for (Tensor at : List.of(target, best)) {
                assertThat(found.gather(1, at)
                                .sub(exact.gather(1, at))
                                .abs()
                                .max()
                                .item_double())
                        .isLessThan(1e-6);
            }
            assertThat(found.sub(exact).abs().max().item_double()).isGreaterThan(1e-3);
            assertThat(few.description()).isEqualTo("4 answers a token of bigram 9");
        }
    }

    @Test
    void aStudentLearnsTheSameFromTheFileWhereNothingIsLost() {
        try (Decoder lm = Samples.inFloat64(Tiny.decoder(Tiny.gpt2(), 3));
                CachedTeacher all = cached(100_000);
                var _ = new Scope()) {
            double live =
                    Distillation.parse("atkd", TEACHER).loss(lm, batch(), 1).sums()[0];
            assertThat(Distillation.parse("atkd", all).loss(lm, batch(), 1).sums()[0])
                    .isCloseTo(live, within(1e-4));
        }
    }

    @Test
    void askingGoesOnWhereItWasInterrupted() throws IOException {
        cached(4).close();
        byte[] whole = Files.readAllBytes(file());
        Files.delete(file());
        int row = (whole.length - 64) / 9;
        Path part = folder.resolve("answers.part");
        byte[] torn = Arrays.copyOf(whole, 64 + 5 * row + 7);
        torn[64 + 4 * row + 20] ^= 1;
        Files.write(part, torn);
        List<Long> asked = new ArrayList<>();
        CachedTeacher.of(file(), TEACHER, List.of(TEXTS, new Texts(2, 3)), 4, asked::add)
                .close();
        assertThat(asked).isEqualTo(LongStream.rangeClosed(5, 9).boxed().toList());
        assertThat(Files.readAllBytes(file())).isEqualTo(whole);
        assertThat(part).doesNotExist();
        Files.write(part, whole);
        Files.delete(file());
        CachedTeacher.of(file(), TEACHER, List.of(TEXTS), 4, _ -> {}).close();
        assertThat(Files.size(file())).isEqualTo(64 + 6L * row);
    }

    @Test
    void anotherTeacherOtherTextsAndDamageAreTold() throws IOException {
        cached(4).close();
        assertThatThrownBy(
                        () -> CachedTeacher.of(file(), new Bigram(TEACHER.vocabulary(), 8), List.of(TEXTS), 4, _ -> {}))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("another teacher");
        assertThatThrownBy(() -> CachedTeacher.of(file(), TEACHER, List.of(TEXTS), 4, _ -> {}))
                .hasMessageContaining("other texts");
        assertThatThrownBy(() -> cached(5)).hasMessageContaining("keeps 4 answers a token where 5 are asked for");
        byte[] bytes = Files.readAllBytes(file());
        bytes[bytes.length / 2] ^= 1;
        Files.write(file(), bytes);
        assertThatThrownBy(() -> cached(4)).hasMessageContaining("damaged in row 4");
        Files.write(file(), new byte[] {0}, StandardOpenOption.APPEND);
        assertThatThrownBy(() -> cached(4)).hasMessageContaining("bytes where its header says");
        Files.writeString(file(), "something else");
        assertThatThrownBy(() -> cached(4)).hasMessageContaining("not a file of a teacher's answers");
    }

    @Test
    void textsThatAreNotInTheFileAreRefused() {
        try (CachedTeacher few = cached(4);
                var _ = new Scope()) {
            Batch other = Batch.of(new Texts(3, 2).rows(0, 2));
            assertThatThrownBy(() -> few.of(other.input(), other.targets()))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("none that a model writes");
        }
    }

    @Test
    void modelsAreToldApartByTheirParameters() {
        try (Decoder a = Tiny.decoder(Tiny.gpt2(), 3);
                Decoder same = Tiny.decoder(Tiny.gpt2(), 3);
                Decoder b = Tiny.decoder(Tiny.gpt2(), 4)) {
            assertThat(ModelTeacher.of(a).description())
                    .isEqualTo(ModelTeacher.of(same).description())
                    .isNotEqualTo(ModelTeacher.of(b).description());
        }
    }

    @Test
    void anotherVocabularyIsRefusedInOneSentence() {
        try (Decoder lm = Tiny.decoder(Tiny.gpt2(), 3)) {
            assertThatThrownBy(() -> new Bigram(7, 1).suits(lm))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("The teacher knows 7 tokens and the student " + lm.vocabulary());
            TEACHER.suits(lm);
        }
    }
}
