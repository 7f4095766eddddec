package chainrule.studies.distil;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chainrule.objective.Batch;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import chainrule.text.BpeTrainer;
import chainrule.text.HuggingFaceTokenizer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ExamTest {
    @Test
    void rougeIsOfTheLongestCommonSequenceOfWords() {
        // The cat … mat in order: the, cat, the, mat of six and of five words.
        assertThat(RougeL.of("The cat sat on the mat.", "the cat, below the mat"))
                .isCloseTo(2 * 4 / 11.0, within(1e-12));
        assertThat(RougeL.of("a b c", "c b a")).isCloseTo(1 / 3.0, within(1e-12));
        assertThat(RougeL.of("", "a")).isZero();
        assertThat(RougeL.same("X-linked Recessive.", "x linked recessive")).isTrue();
        assertThat(RougeL.same("autosomal recessive", "autosomal")).isFalse();
    }

    @Test
    void theAnswerAndItsEndAreTrainedAndNothingElse() {
        String json = new BpeTrainer(260, List.of(Lines.END, Lines.ANSWER)).train(Stream.of("who? me."));
        try (HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.parse(json, "test");
                var _ = new Scope()) {
            var pair = new Questions.Pair("who?", "me.", true);
            Lines lines = Lines.of(List.of(pair), tokenizer, 60);
            int prompt = Lines.prompt(pair, tokenizer).length;
            int answer = tokenizer.ids("me.", false).length;
            Batch batch = lines.inOrder().batch(0, 1);
            float[] mask = Ops.floats(batch.mask());
            long[] targets = Ops.longs(batch.targets());
            for (int t = 0; t < mask.length; t++) {
                assertThat(mask[t]).isEqualTo(t >= prompt - 1 && t < prompt + answer ? 1 : 0);
            }
            assertThat(targets[prompt - 2]).isEqualTo(Lines.answer(tokenizer));
            assertThat(targets[prompt + answer - 1]).isEqualTo(Lines.end(tokenizer));
            assertThat(Lines.of(List.of(pair), tokenizer, prompt - 1).count()).isZero();
        }
    }
}
