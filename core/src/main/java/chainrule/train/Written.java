package chainrule.train;

import chainrule.Spec;
import chainrule.decode.Engine;
import chainrule.decode.Request;
import chainrule.decode.Result;
import chainrule.decode.Sampling;
import chainrule.decode.Stops;
import chainrule.model.CausalLM;
import chainrule.model.Input;
import chainrule.model.Tokens;
import chainrule.nn.Compute;
import chainrule.objective.Batch;
import chainrule.tensor.Counter;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Rows whose beginnings are given and whose rest a model writes, drawn from its own distribution; only that is trained, the
 * token that ends a text included. Who writes a batch and what is drawn depend on the batch's number and on the model as it
 * is then, so that a resumed run reads what an unbroken one does.
 *
 * @param given where the beginnings come from
 * @param student and {@code teacher}: who may write
 * @param prompt the tokens of a beginning; where a row's first trained prediction comes later, it reaches to there
 * @param end the token that ends a text
 */
public record Written(
        Examples given, CausalLM student, CausalLM teacher, Sequences sequences, int prompt, int end, long seed)
        implements Examples {
    public Written {
        if (prompt < 1) {
            throw new IllegalArgumentException("a beginning of " + prompt + " tokens: at least 1 is needed");
        }
    }

    @Override
    public long rows() {
        return given.rows();
    }

    @Override
    public String description() {
        return given.description() + ", sequences " + Spec.format((Record) sequences) + " after " + prompt + " tokens";
    }

    @Override
    public Batch batch(long number, int rows) {
        Batch batch = given.batch(number, rows);
        double chance = Counter.of(seed, "sequences").uniform(number);
        if (chance < sequences.student()) {
            return written(student, batch, number);
        }
        return chance < sequences.student() + sequences.teacher() ? written(teacher, batch, number) : batch;
    }

    private Batch written(CausalLM writer, Batch batch, long number) {
        int length = (int) batch.targets().size(1);
        int[][] rows = rows(batch, length);
        float[] mask = Ops.floats(batch.mask());
        List<Integer> open = new ArrayList<>();
        List<Request> requests = new ArrayList<>();
        for (int b = 0; b < rows.length; b++) {
            int begun = begun(Arrays.copyOfRange(mask, b * length, (b + 1) * length));
            if (begun > 0) {
                open.add(b);
                requests.add(Request.of(Arrays.copyOf(rows[b], begun))
                        .with(new Sampling())
                        .with(Stops.tokens(end))
                        .withMaxTokens(length + 1 - begun)
                        .withSeed(Counter.of(seed, number).bits(0), b));
            }
        }
        Arrays.fill(mask, 0);
        List<Result> results = continued(writer, requests);
        for (int i = 0; i < results.size(); i++) {
            int b = open.get(i);
            int begun = requests.get(i).prompt().length;
            int[] ids = results.get(i).ids();
            Arrays.fill(rows[b], begun, length + 1, end);
            System.arraycopy(ids, 0, rows[b], begun, ids.length);
            Arrays.fill(mask, b * length + begun - 1, b * length + begun - 1 + ids.length, 1);
        }
        Tensor all = Ops.ids(rows);
        return new Batch(
                Input.of(all.narrow(1, 0, length)), all.narrow(1, 1, length), Ops.tensor(mask, rows.length, length));
    }

    /** The tokens that a row begins with; 0 for a row in which nothing is trained. */
    private int begun(float... mask) {
        int first = 0;
        while (first < mask.length && mask[first] == 0) {
            first++;
        }
        int last = mask.length - 1;
        while (last > first && mask[last] == 0) {
            last--;
        }
        return first == mask.length ? 0 : Math.min(Math.max(prompt, first + 1), last + 1);
    }

    /** [B][T+1]. */
    private static int[][] rows(Batch batch, int length) {
        if (!(batch.input().tokens() instanceof Tokens.Ids(Tensor idsBT))) {
            throw new IllegalArgumentException("texts to go on from need token ids");
        }
        long[] ids = Ops.longs(idsBT);
        long[] targets = Ops.longs(batch.targets());
        int[][] rows = new int[ids.length / length][length + 1];
        for (int b = 0; b < rows.length; b++) {
            for (int t = 0; t < length; t++) {
                rows[b][t] = (int) ids[b * length + t];
            }
            rows[b][length] = (int) targets[(b + 1) * length - 1];
        }
        return rows;
    }

    private static List<Result> continued(CausalLM writer, List<Request> requests) {
        try (var _ = new Scope();
                var _ = new NoGradGuard();
                CausalLM fast = writer.forDecoding(Compute.F32);
                Engine engine = new Engine(fast)) {
            return engine.run(requests);
        }
    }
}
