package chainrule.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chainrule.BadInput;
import chainrule.decode.filter.Distribution;
import chainrule.model.CausalLM;
import chainrule.model.Decoder;
import chainrule.model.Input;
import chainrule.model.Tap;
import chainrule.model.Tiny;
import chainrule.nn.Compute;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PerplexityTest {
    /** Every token's ln p where token t is read in the first window, of those that begin every stride, that has t-1 and t. */
    private static List<Double> plainly(CausalLM lm, int window, int stride, int... ids) {
        List<Double> found = new ArrayList<>();
        try (var _ = new Scope();
                var _ = new NoGradGuard()) {
            for (int t = 1; t < ids.length; t++) {
                int from = 0;
                while (from + window <= t) {
                    from += stride;
                }
                if (from < t) {
                    int[] before = Arrays.copyOfRange(ids, from, t);
                    float[] scores = lm.forward(Input.of(Ops.ids(new int[][] {before})), Tap.NONE)
                            .scores(t - from - 1);
                    found.add(Distribution.of(scores).logProbability(ids[t]));
                }
            }
        }
        return found;
    }

    @ParameterizedTest
    @CsvSource({"40,40,23", "40,40,40", "16,16,61", "16,4,61", "16,15,50", "9,1,30", "2,1,12", "2,2,13"})
    void everyTokenIsScoredOnceInTheFirstWindowThatHasTheTokenBefore(int window, int stride, int length) {
        int[] ids = Tiny.ids(length, 4);
        try (Decoder lm = Tiny.decoder(Tiny.llama(), 1);
                CausalLM packed = lm.forDecoding(Compute.F32)) {
            List<Double> expected = plainly(lm, window, stride, ids);
            var method = new Perplexity(window, stride);
            List<Long> progress = new ArrayList<>();
            Perplexity.Score score = method.of(lm, ids, Reading.FORWARD, progress::add);
            double nll = -expected.stream().mapToDouble(d -> d).sum();
            assertThat(score.tokens()).isEqualTo(expected.size()).isEqualTo(method.scored(length));
            assertThat(score.nll()).isCloseTo(nll, within(1e-4 * nll));
            assertThat(score.perplexity()).isCloseTo(Math.exp(nll / expected.size()), within(1e-2));
            assertThat(progress).isSorted().endsWith(score.tokens());
            Perplexity.Score decoded = method.of(packed, ids, Reading.DECODE, _ -> {});
            assertThat(decoded.tokens()).isEqualTo(score.tokens());
            assertThat(decoded.nll()).isCloseTo(nll, within(1e-4 * nll));
        }
    }

    @Test
    void bitsAreCountedPerByte() {
        assertThat(new Perplexity.Score(10, 8 * Math.log(2)).bitsPerByte(4)).isCloseTo(2, within(1e-12));
    }

    @Test
    void whatHasNoPerplexityIsRefused() {
        try (Decoder lm = Tiny.decoder(Tiny.llama(), 1)) {
            refused(() -> new Perplexity(1, 1), "2 tokens or more");
            refused(() -> new Perplexity(8, 9), "from 1 to 8, not 8 and 9");
            refused(() -> new Perplexity(8, 8).of(lm, new int[] {1}, Reading.FORWARD, _ -> {}), "two or more");
            int far = lm.context() + 1;
            refused(
                    () -> new Perplexity(far, far).of(lm, Tiny.ids(far, 1), Reading.FORWARD, _ -> {}),
                    "longer than the model's context");
        }
    }

    private static void refused(Runnable call, String message) {
        assertThatThrownBy(call::run).isInstanceOf(BadInput.class).hasMessageContaining(message);
    }
}
