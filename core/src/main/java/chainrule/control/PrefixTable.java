package chainrule.control;

import chainrule.model.Cache;
import chainrule.model.CausalLM;
import chainrule.model.Input;
import chainrule.model.Segment;
import chainrule.model.Side;
import chainrule.model.Step;
import chainrule.model.Tap;
import chainrule.model.Tokens;
import chainrule.nn.Compute;
import chainrule.nn.Tree;
import chainrule.tensor.Counter;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * The most general language model over texts of one length: a row of logits for each prefix. There are so few texts that
 * every mean over them can be had exactly, which makes it a test bed for methods that only estimate. A prompt of one token,
 * whichever, stands before each text.
 *
 * @param length L, of a text in tokens
 * @param table float32 or float64 [(V^L - 1)/(V - 1),V]: the row of a prefix of l tokens that are the digits of v in base V is
 *     (V^l - 1)/(V - 1) + v
 */
public record PrefixTable(int length, Tensor table) implements CausalLM {
    /** @throws IllegalArgumentException where the table does not have a row for each prefix */
    public PrefixTable {
        long rows = 0;
        for (int l = 0; l < length; l++) {
            rows = rows * table.size(1) + 1;
        }
        if (rows != table.size(0)) {
            throw new IllegalArgumentException("texts of " + length + " tokens of " + table.size(1) + " have " + rows
                    + " prefixes, and the table " + table.size(0) + " rows");
        }
    }

    /** A table of normal logits, owned by the caller. */
    public static PrefixTable random(int vocabulary, int length, double deviation, long seed) {
        Counter random = Counter.of(seed, "table");
        int rows = 0;
        for (int l = 0; l < length; l++) {
            rows = rows * vocabulary + 1;
        }
        float[] logits = new float[rows * vocabulary];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) (deviation * random.normal(i));
        }
        try (var _ = new Scope()) {
            return new PrefixTable(length, Scope.own(Ops.tensor(logits, rows, vocabulary)));
        }
    }

    /** The texts that there are after a prompt of token 0. */
    public Sequences sequences() {
        return Sequences.ofTokens(new int[] {0}, length);
    }

    /** All texts, in the order of their digits. */
    public List<Sequence> all() {
        int count = 1;
        for (int l = 0; l < length; l++) {
            count *= vocabulary();
        }
        Sequences sequences = sequences();
        List<Sequence> all = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            int[] tokens = new int[length];
            int rest = n;
            for (int t = length - 1; t >= 0; t--) {
                tokens[t] = rest % vocabulary();
                rest /= vocabulary();
            }
            all.add(sequences.read(tokens));
        }
        return all;
    }

    /** A copy with a table of its own, owned by the caller. */
    public PrefixTable copy() {
        try (var _ = new Scope()) {
            return new PrefixTable(length, Scope.own(table.detach().clone()));
        }
    }

    @Override
    public int vocabulary() {
        return (int) table.size(1);
    }

    @Override
    public int context() {
        return length + 1;
    }

    @Override
    public Tree parameters() {
        return Tree.of(this);
    }

    /** Rows of the table's number type; those after a whole text are those of its last prefix. */
    @Override
    public Step forward(Input in, Tap tap) {
        Tensor ids = ((Tokens.Ids) in.tokens()).ids();
        int width = (int) ids.size(1);
        long[] flat = Ops.longs(ids);
        int[] rows = new int[flat.length];
        for (int i = 0; i < flat.length; i++) {
            int begin = i - i % width;
            rows[i] = row(
                    IntStream.rangeClosed(begin + 1, i).map(j -> (int) flat[j]).toArray());
        }
        return new Rows(table, rows);
    }

    @Override
    public Cache newCache(Side side) {
        return new Memory();
    }

    @Override
    public List<Step> extend(List<Segment> segments) {
        float[] logits = Ops.floats(table);
        return segments.stream().map(s -> extend(s, logits)).toList();
    }

    @Override
    public CausalLM forDecoding(Compute compute) {
        return copy();
    }

    private Step extend(Segment segment, float[] logits) {
        Memory memory = (Memory) segment.cache();
        int[] ids = ((Tokens.Row) segment.tokens()).ids();
        int[] rows = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            int[] before = memory.path(segment.parents()[i]);
            int[] path = Arrays.copyOf(before, before.length + 1);
            path[before.length] = ids[i];
            memory.nodes.add(path);
            rows[i] = row(Arrays.copyOfRange(path, 1, path.length));
        }
        return new Rows(table, rows) {
            @Override
            public float[] scores(int r) {
                int width = vocabulary();
                return Arrays.copyOfRange(logits, rows[r] * width, (rows[r] + 1) * width);
            }
        };
    }

    private int row(int... prefix) {
        int first = 0;
        int value = 0;
        for (int t = 0; t < Math.min(prefix.length, length - 1); t++) {
            first = first * vocabulary() + 1;
            value = value * vocabulary() + prefix[t];
        }
        return first + value;
    }

    private static class Rows implements Step {
        private final Tensor table;
        private final int[] at;

        Rows(Tensor table, int... at) {
            this.table = table;
            this.at = at;
        }

        @Override
        public int rows() {
            return at.length;
        }

        @Override
        public Tensor hidden() {
            throw new UnsupportedOperationException("a table has no hidden vectors");
        }

        @Override
        public Tensor logits(int from, int to) {
            return table.index_select(0, Ops.ids(Arrays.copyOfRange(at, from, to)));
        }
    }

    /** A text's prefix and its open nodes, each as the whole text up to it. */
    private static final class Memory implements Cache {
        private final List<int[]> nodes = new ArrayList<>();
        private int[] prefix = {};

        int[] path(int node) {
            return node < 0 ? prefix : nodes.get(node);
        }

        @Override
        public int length() {
            return prefix.length;
        }

        @Override
        public int live() {
            return nodes.size();
        }

        @Override
        public void keep(int[] committed, int[] live) {
            prefix = committed.length == 0 ? prefix : nodes.get(committed[committed.length - 1]);
            List<int[]> kept = Arrays.stream(live).mapToObj(nodes::get).toList();
            nodes.clear();
            nodes.addAll(kept);
        }

        @Override
        public long bytes() {
            return 0;
        }

        @Override
        public void close() {
            nodes.clear();
        }
    }
}
