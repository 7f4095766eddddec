package chainrule.decode;

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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * A language model that is a table: random scores for every context of the last three tokens. It holds nothing native, so
 * that a test may decode with it some hundred thousand times.
 */
final class Tables implements CausalLM {
    private static final int ORDER = 3;

    private final int vocabulary;
    private final int context;
    private final Counter random;
    private final double deviation;
    private final Map<Integer, float[]> table = new HashMap<>();

    /** @param seed of the table; two seeds are two models that know nothing of one another */
    Tables(int vocabulary, int context, long seed) {
        this(vocabulary, context, seed, 1.2);
    }

    /** @param deviation of the scores: a large one makes a model that is always sure */
    Tables(int vocabulary, int context, long seed, double deviation) {
        this.deviation = deviation;
        this.vocabulary = vocabulary;
        this.context = context;
        random = Counter.of(seed, "tables");
    }

    /** The scores of the token after {@code text}; before its first token stand zeros. */
    float[] scores(int... text) {
        int row = 0;
        for (int i = Math.max(0, text.length - ORDER); i < text.length; i++) {
            row = row * vocabulary + text[i];
        }
        return table.computeIfAbsent(row, this::row).clone();
    }

    private float[] row(int row) {
        float[] scores = new float[vocabulary];
        for (int v = 0; v < vocabulary; v++) {
            scores[v] = (float) (deviation * random.normal((long) row * vocabulary + v));
        }
        return scores;
    }

    @Override
    public int vocabulary() {
        return vocabulary;
    }

    @Override
    public int context() {
        return context;
    }

    @Override
    public Tree parameters() {
        return new Tree(new LinkedHashMap<>());
    }

    @Override
    public Step forward(Input in, Tap tap) {
        throw new IllegalStateException("a table reads with a cache only");
    }

    @Override
    public CausalLM forDecoding(Compute compute) {
        return this;
    }

    @Override
    public Cache newCache(Side side) {
        return new Memory();
    }

    @Override
    public List<Step> extend(List<Segment> segments) {
        return segments.stream().map(this::extend).toList();
    }

    private Step extend(Segment segment) {
        Memory memory = (Memory) segment.cache();
        int[] ids = ((Tokens.Row) segment.tokens()).ids();
        float[][] scores = new float[ids.length][];
        for (int i = 0; i < ids.length; i++) {
            int[] before = memory.path(segment.parents()[i]);
            int[] text = Arrays.copyOf(before, before.length + 1);
            text[before.length] = ids[i];
            if (text.length > context) {
                throw new IllegalStateException("position " + text.length + " is beyond the context");
            }
            memory.nodes.add(text);
            scores[i] = scores(text);
        }
        return new Rows(scores);
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

    private record Rows(float[][] all) implements Step {
        @Override
        public int rows() {
            return all.length;
        }

        @Override
        public Tensor hidden() {
            throw new IllegalStateException("a table has no hidden vectors");
        }

        @Override
        public Tensor logits(int from, int to) {
            throw new IllegalStateException("a table's scores are in Java memory");
        }

        @Override
        public float[] scores(int row) {
            return all[row].clone();
        }
    }
}
