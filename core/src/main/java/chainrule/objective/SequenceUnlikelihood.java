package chainrule.objective;

import chainrule.BadInput;
import chainrule.decode.Engine;
import chainrule.decode.Request;
import chainrule.decode.Result;
import chainrule.model.CausalLM;
import chainrule.model.Input;
import chainrule.model.Net;
import chainrule.model.Tap;
import chainrule.model.Tokens;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The model continues parts of the batch greedily, and the tokens by which it repeats an n-gram of its own become less
 * probable: what decoding does wrong is what training sees (Welleck et al., "Neural Text Generation with Unlikelihood
 * Training", 2020, sequence-level).
 *
 * <pre>
 * −Σ log(1 − p(x[t] | x[&lt;t])) / (tokens written), over the tokens x[t] inside an n-gram that occurred before in the
 * continuation
 * </pre>
 *
 * <p>Each text of the batch is cut into prefixes of {@code prefix} tokens, of which those count whose predictions are all
 * trained. The continuation is written without a graph, then read once with one: the gradient goes through the
 * probabilities, not through the choice. The authors fine-tune with this in half of the updates and with the likelihood
 * in the others; in a sum, as in {@code next-token + sequence-unlikelihood}, both are in every update. Their code never
 * tests the last n-gram of a continuation; this one does.
 *
 * @param prefix tokens of a prefix: 50 in the paper
 * @param tokens of a continuation: 100 in the paper
 * @param ngram n: 4 in the paper
 * @param clamp the least value of 1 − p
 */
public record SequenceUnlikelihood(int prefix, int tokens, int ngram, double clamp) implements Mean {
    /** Rows whose logits exist at a time. */
    private static final int CHUNK = 512;

    public SequenceUnlikelihood {
        if (prefix < 1 || tokens < 1 || ngram < 1) {
            throw new IllegalArgumentException("a prefix of " + prefix + ", " + tokens + " tokens and n-grams of "
                    + ngram + ": 1 or more of each");
        }
        Unlikelihood.checkClamp(clamp);
    }

    /** As in the paper. */
    public SequenceUnlikelihood() {
        this(50, 100, 4, 1e-5);
    }

    @Override
    public double terms(Batch batch) {
        return (double) prefixes(batch).size() * tokens;
    }

    @Override
    public Tensor sum(Net net, Batch batch) {
        CausalLM lm = OnePass.languageModel(net, this);
        if (prefix + tokens > lm.context()) {
            throw new BadInput(name() + ": a prefix of " + prefix + " and " + tokens
                    + " tokens are longer than the model's context of " + lm.context() + ".");
        }
        List<int[]> prefixes = prefixes(batch);
        Batch repeats = prefixes.isEmpty() ? batch : repeats(prefixes, written(lm, prefixes));
        if (prefixes.isEmpty() || repeats.trained() == 0) {
            return Ops.zeros(ScalarType.Double);
        }
        HeadPass pass = new HeadPass(lm, lm.forward(repeats.input(), Tap.NONE), repeats, CHUNK);
        return pass.total(List.of(onRows(clamp)), 1).total();
    }

    /** Σ m −log(1 − p[y]). */
    static RowLoss.OnRows onRows(double clamp) {
        return c -> c.weighed(Unlikelihood.ofLogP(c.ofTarget(c.logP()), clamp));
    }

    /** @throws BadInput where the rows are shorter than a prefix */
    private List<int[]> prefixes(Batch batch) {
        if (!(batch.input().tokens() instanceof Tokens.Ids(Tensor ids))) {
            throw new BadInput(name() + " needs texts of token ids.");
        }
        int length = (int) ids.size(1);
        if (length < prefix) {
            throw new BadInput(name() + ": rows of " + length + " tokens have no prefix of " + prefix
                    + ": lengthen the rows or shorten the prefix.");
        }
        long[] all = Ops.longs(ids);
        float[] mask = Ops.floats(batch.mask());
        List<int[]> found = new ArrayList<>();
        for (int row = 0; row < all.length; row += length) {
            for (int at = row; at + prefix <= row + length; at += prefix) {
                int[] part = new int[prefix];
                boolean trained = true;
                for (int i = 0; i < prefix; i++) {
                    part[i] = (int) all[at + i];
                    trained &= mask[at + i] != 0;
                }
                if (trained) {
                    found.add(part);
                }
            }
        }
        return found;
    }

    /** Greedy continuations. */
    private List<int[]> written(CausalLM lm, List<int[]> prefixes) {
        try (var _ = new Scope();
                var _ = new NoGradGuard();
                Engine engine = new Engine(lm)) {
            return engine
                    .run(prefixes.stream()
                            .map(p -> Request.of(p).withMaxTokens(tokens))
                            .toList())
                    .stream()
                    .map(Result::ids)
                    .toList();
        }
    }

    /** The prefixes with their continuations, of which only what repeats is trained. */
    private Batch repeats(List<int[]> prefixes, List<int[]> written) {
        int length = prefix + tokens;
        int[][] rows = new int[prefixes.size()][];
        float[] mask = new float[rows.length * (length - 1)];
        for (int b = 0; b < rows.length; b++) {
            rows[b] = Arrays.copyOf(prefixes.get(b), length);
            System.arraycopy(written.get(b), 0, rows[b], prefix, tokens);
            boolean[] again = repeated(ngram, written.get(b));
            for (int i = 0; i < tokens; i++) {
                mask[b * (length - 1) + prefix - 1 + i] = again[i] ? 1 : 0;
            }
        }
        Tensor ids = Ops.ids(rows);
        return new Batch(
                Input.of(ids.narrow(1, 0, length - 1)),
                ids.narrow(1, 1, length - 1),
                Ops.tensor(mask, rows.length, length - 1));
    }

    /** Which tokens lie in an n-gram that has occurred before. */
    static boolean[] repeated(int n, int... tokens) {
        boolean[] again = new boolean[tokens.length];
        Set<List<Integer>> seen = new HashSet<>();
        List<Integer> all = Arrays.stream(tokens).boxed().toList();
        for (int i = 0; i + n <= tokens.length; i++) {
            if (!seen.add(all.subList(i, i + n))) {
                Arrays.fill(again, i, i + n, true);
            }
        }
        return again;
    }
}
