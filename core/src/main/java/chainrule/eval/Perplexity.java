package chainrule.eval;

import chainrule.BadInput;
import chainrule.model.CausalLM;
import java.util.Arrays;
import java.util.function.LongConsumer;
import org.bytedeco.pytorch.Tensor;

/**
 * Perplexity of a long text by sliding windows, exp(−1/N Σ log p(x[t] | x[s..t−1])): windows of {@code window} tokens start
 * every {@code stride} tokens and the last one ends the text; a token is scored once, in the first window that has it
 * with at least one token before it. The smaller the stride, the more each token sees and the longer it takes.
 *
 * @param window the most tokens that are read at once
 * @param stride from 1 to {@code window}; where it is less, every token but the text's first is scored
 */
public record Perplexity(int window, int stride) {
    /** Tokens that are read in one pass. */
    private static final int BATCH = 2048;

    /**
     * What was measured.
     *
     * @param tokens scored
     * @param nll the sum of their negative log-probabilities, natural logarithms
     */
    public record Score(long tokens, double nll) {
        public double perplexity() {
            return Math.exp(nll / tokens);
        }

        /** Per byte of the text read. */
        public double bitsPerByte(long bytes) {
            return nll / Math.log(2) / bytes;
        }
    }

    public Perplexity {
        if (window < 2 || stride < 1 || stride > window) {
            throw new BadInput("The window must have 2 tokens or more and the stride from 1 to " + window + ", not "
                    + window + " and " + stride + ".");
        }
    }

    /** The tokens that are scored in a text of {@code length} tokens. */
    public long scored(long length) {
        return stride < window ? length - 1 : length - Math.ceilDiv(length, window);
    }

    /**
     * Reads the text.
     *
     * @param progress is told how many tokens are scored
     * @throws BadInput where the text has fewer than two tokens, or the window is longer than the model's context
     */
    public Score of(CausalLM lm, int[] ids, Reading reading, LongConsumer progress) {
        if (ids.length < 2) {
            throw new BadInput("A text of " + ids.length + " tokens has no perplexity: it takes two or more.");
        }
        if (Math.min(window, ids.length) > lm.context()) {
            throw new BadInput("A window of " + window + " tokens is longer than the model's context of " + lm.context()
                    + ": choose a smaller one.");
        }
        var sum = new Sum(ids, reading, lm);
        int last = ids.length <= window ? 0 : Math.ceilDiv(ids.length - window, stride);
        for (int w = 0; w <= last; ) {
            // The first window scores all its tokens, the last one may be short: each is read by itself.
            int batch = w == 0 || w == last ? 1 : Math.min(Math.max(1, BATCH / window), last - w);
            sum.add(w * stride, batch);
            progress.accept(sum.tokens);
            w += batch;
        }
        return new Score(sum.tokens, sum.nll);
    }

    /** The score so far. */
    private final class Sum {
        private final int[] ids;
        private final Reading reading;
        private final CausalLM lm;
        private long tokens;
        private double nll;

        Sum(int[] ids, Reading reading, CausalLM lm) {
            this.ids = ids;
            this.reading = reading;
            this.lm = lm;
        }

        /** Scores the {@code batch} windows from {@code at} on. */
        void add(int at, int batch) {
            int[][] windows = new int[batch][];
            for (int b = 0; b < batch; b++) {
                int from = at + b * stride;
                windows[b] = Arrays.copyOfRange(ids, from, Math.min(from + window, ids.length));
            }
            int first = at == 0 ? 0 : Math.max(0, window - stride - 1);
            if (windows[0].length - 1 > first) {
                reading.read(lm, windows, first, (b, from, logits) -> add(windows[b], from, logits));
            }
        }

        private void add(int[] text, int from, Tensor logitsRV) {
            float[] found = Reading.logProbabilities(text, from, logitsRV);
            tokens += found.length;
            for (float each : found) {
                nll -= each;
            }
        }
    }
}
