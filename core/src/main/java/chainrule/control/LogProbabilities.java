package chainrule.control;

import chainrule.model.CausalLM;
import chainrule.model.Input;
import chainrule.model.Step;
import chainrule.model.Tap;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The log-probabilities of texts after one prompt, Σ log softmax(z[t])[x[t]], the softmax in float32 or better and the sum
 * in float64. Texts are read some thousand tokens at a time, and logits exist for a few hundred rows.
 *
 * <p>Legend: B texts, T tokens read of each, R rows that predict a text's token, D width, V vocabulary.
 */
final class LogProbabilities {
    /** Tokens that are read in one pass. */
    private static final int TOKENS = 4096;

    /** The most rows whose logits exist at one time. */
    private static final int CHUNK = 512;

    private LogProbabilities() {}

    static double[] of(CausalLM lm, int[] prompt, List<Sequence> texts) {
        int longest = texts.stream().mapToInt(x -> x.tokens().length).max().orElse(0);
        double[] all = new double[texts.size()];
        if (longest == 0) {
            return all;
        }
        int batch = Math.max(1, TOKENS / (prompt.length + longest));
        for (int from = 0; from < all.length; from += batch) {
            try (var _ = new Scope();
                    var _ = new NoGradGuard()) {
                double[] part = batch(lm, prompt, texts.subList(from, Math.min(from + batch, all.length)));
                System.arraycopy(part, 0, all, from, part.length);
            }
        }
        return all;
    }

    private static double[] batch(CausalLM lm, int[] prompt, List<Sequence> texts) {
        Rows rows = Rows.of(prompt, texts);
        Step step = lm.forward(Input.of(Ops.ids(rows.inputs)), Tap.NONE);
        double[] sums = new double[texts.size()];
        int[] at = rows.at;
        for (int from = 0; from < at.length; from += CHUNK) {
            int to = Math.min(from + CHUNK, at.length);
            try (var _ = new Scope()) {
                double[] found = chosen(
                        logits(
                                lm,
                                step,
                                IntStream.range(from, to).map(r -> at[r]).toArray()),
                        IntStream.range(from, to).map(r -> rows.targets[r]).toArray());
                for (int r = from; r < to; r++) {
                    sums[rows.text[r]] += found[r - from];
                }
            }
        }
        return sums;
    }

    /** Logits [R,V] after some of a pass's rows. */
    private static Tensor logits(CausalLM lm, Step step, int... at) {
        Optional<Tensor> head = lm.headWeight();
        if (head.isPresent()) {
            Tensor hRD = step.hidden().index_select(0, Ops.ids(at));
            return torch.linear(hRD, head.get().to(hRD.scalar_type()));
        }
        Tensor wide = step.logits(at[0], at[at.length - 1] + 1);
        int[] inside = IntStream.of(at).map(row -> row - at[0]).toArray();
        return wide.index_select(0, Ops.ids(inside));
    }

    private static double[] chosen(Tensor logitsRV, int... targets) {
        Tensor wide = logitsRV.element_size() < Float.BYTES ? logitsRV.to(ScalarType.Float) : logitsRV;
        Tensor own = Ops.logSoftmax(wide, -1)
                .gather(1, Ops.ids(targets).unsqueeze(1))
                .to(ScalarType.Double)
                .contiguous();
        return Ops.segment(own).toArray(ValueLayout.JAVA_DOUBLE);
    }

    /**
     * What is read, and which rows predict what.
     *
     * @param inputs [B][T], zeros at the end of shorter ones
     * @param at the pass's row that predicts a token: b·T + t, [R]
     * @param targets that token: [R]
     * @param text whose it is: [R]
     */
    private record Rows(int[][] inputs, int[] at, int[] targets, int[] text) {
        static Rows of(int[] prompt, List<Sequence> texts) {
            int longest = texts.stream().mapToInt(x -> x.tokens().length).max().orElse(0);
            int length = prompt.length + longest - 1;
            int count = texts.stream().mapToInt(x -> x.tokens().length).sum();
            Rows rows = new Rows(new int[texts.size()][length], new int[count], new int[count], new int[count]);
            int r = 0;
            for (int b = 0; b < texts.size(); b++) {
                int[] tokens = texts.get(b).tokens();
                System.arraycopy(prompt, 0, rows.inputs[b], 0, prompt.length);
                System.arraycopy(
                        tokens, 0, rows.inputs[b], prompt.length, Math.max(0, Math.min(tokens.length, longest - 1)));
                for (int t = 0; t < tokens.length; t++) {
                    rows.at[r] = b * length + prompt.length - 1 + t;
                    rows.targets[r] = tokens[t];
                    rows.text[r] = b;
                    r++;
                }
            }
            return rows;
        }
    }
}
