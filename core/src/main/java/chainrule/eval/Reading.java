package chainrule.eval;

import chainrule.model.Cache;
import chainrule.model.CausalLM;
import chainrule.model.Input;
import chainrule.model.Segment;
import chainrule.model.Side;
import chainrule.model.Step;
import chainrule.model.Tap;
import chainrule.model.Tokens;
import chainrule.nn.Compute;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** How given texts are read to see what a model says of them. Logits exist for a few hundred tokens at a time. */
public enum Reading {
    /** In passes without a cache, as training reads: the number type of prompts. */
    FORWARD {
        @Override
        void pass(CausalLM lm, int[][] texts, int first, Visitor visitor) {
            int length = texts[0].length - 1;
            int[][] inputs =
                    Arrays.stream(texts).map(t -> Arrays.copyOf(t, length)).toArray(int[][]::new);
            Step step = lm.forward(Input.of(Ops.ids(inputs)), Tap.NONE);
            for (int b = 0; b < texts.length; b++) {
                for (int from = first; from < length; from += CHUNK) {
                    int to = Math.min(from + CHUNK, length);
                    try (var _ = new Scope()) {
                        visitor.logits(b, from, step.logits(b * length + from, b * length + to));
                    }
                }
            }
        }
    },

    /** As if the texts were being decoded, through a cache and the kernels for decoded rows: the number type of decoding. */
    DECODE {
        @Override
        void pass(CausalLM lm, int[][] texts, int first, Visitor visitor) {
            for (int b = 0; b < texts.length; b++) {
                try (Cache cache = lm.newCache(Side.NONE)) {
                    for (int from = 0; from < texts[b].length - 1; from += CHUNK) {
                        int[] ids = Arrays.copyOfRange(texts[b], from, Math.min(from + CHUNK, texts[b].length - 1));
                        int skip = Math.max(0, first - from);
                        try (var _ = new Scope()) {
                            Step step = next(lm, cache, ids);
                            if (skip < ids.length) {
                                visitor.logits(b, from + skip, step.logits(skip, ids.length));
                            }
                        }
                    }
                }
            }
        }
    };

    /** The most rows whose logits exist at one time. */
    private static final int CHUNK = 256;

    /** Sees the logits of the texts, part by part. */
    @FunctionalInterface
    public interface Visitor {
        /**
         * @param text its number
         * @param from the token after which the first row's logits are
         * @param logitsRV float32, valid during the call; row r predicts token from + r + 1
         */
        void logits(int text, int from, Tensor logitsRV);
    }

    /** What shows a model as it decodes in {@code compute}: only 8-bit products differ between prompts and decoded tokens. */
    public static Reading of(Compute compute) {
        return compute == Compute.INT8 ? DECODE : FORWARD;
    }

    /**
     * Reads texts of one length T, two tokens or more, and shows the predictions after tokens {@code first} to T-2.
     *
     * @throws chainrule.BadInput where they are longer than the model's context
     */
    public void read(CausalLM lm, int[][] texts, int first, Visitor visitor) {
        try (var _ = new Scope();
                var _ = new NoGradGuard()) {
            pass(lm, texts, first, visitor);
        }
    }

    /** ln p of the tokens of {@code text} that follow tokens {@code from} and on, one for each row that a visitor sees. */
    static float[] logProbabilities(int[] text, int from, Tensor logitsRV) {
        int rows = (int) logitsRV.size(0);
        Tensor targets = Ops.ids(Arrays.copyOfRange(text, from + 1, from + 1 + rows));
        Tensor own = logitsRV.gather(1, targets.unsqueeze(1)).squeeze(1);
        return Ops.floats(own.sub(torch.logsumexp(logitsRV, -1)));
    }

    abstract void pass(CausalLM lm, int[][] texts, int first, Visitor visitor);

    /** Reads the next tokens of a text as if each had been decoded. */
    private static Step next(CausalLM lm, Cache cache, int... ids) {
        int[] nodes = new int[ids.length];
        Arrays.setAll(nodes, i -> i);
        var segment = new Segment(new Tokens.Row(ids), Segment.chain(ids.length), cache, Tap.NONE, Segment.Kind.DECODE);
        Step step = lm.extend(List.of(segment)).getFirst();
        cache.keep(nodes, new int[0]);
        return step;
    }
}
