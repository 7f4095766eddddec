package chainrule.decode;

import chainrule.model.Cache;
import chainrule.model.CausalLM;
import chainrule.model.Input;
import chainrule.model.Segment;
import chainrule.model.Side;
import chainrule.model.Site;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A language model without weights, for tests of what stands on one: the scores of the next token are a table's row of
 * the last token plus numbers drawn from a hash of the whole text, so that texts repeat themselves and a wrong ancestor
 * shows at once. Its cache holds native memory, and it counts its passes.
 */
public final class Toy implements CausalLM {
    private static final int LAYERS = 4;

    private final int vocabulary;
    private final int context;
    private final Function<int[], float[]> scores;
    private final AtomicInteger passes = new AtomicInteger();
    private final AtomicInteger rows = new AtomicInteger();
    private int failing = -1;
    private final List<Thread> callers = new ArrayList<>();

    public Toy(int vocabulary, int context) {
        this(vocabulary, context, text -> hashed(vocabulary, text));
    }

    /** @param scores the scores of the token after a text */
    public Toy(int vocabulary, int context, Function<int[], float[]> scores) {
        this.vocabulary = vocabulary;
        this.context = context;
        this.scores = scores;
    }

    /** Calls of {@link #extend} so far. */
    public int passes() {
        return passes.get();
    }

    /** Tokens read by {@link #extend} so far. */
    public int rows() {
        return rows.get();
    }

    /** Makes the pass with this number fail, counted from 1. */
    public void failAt(int pass) {
        failing = pass;
    }

    /** The threads that have called, each once. */
    public List<Thread> callers() {
        synchronized (callers) {
            return List.copyOf(callers);
        }
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
    public CausalLM forDecoding(Compute compute) {
        return this;
    }

    @Override
    public int depth() {
        return LAYERS;
    }

    /** Every token's score is the product of the hidden vector with a vector of its own. */
    @Override
    public Tensor head(Tensor hidden) {
        Counter own = Counter.of(8, "toy");
        float[] weight = new float[2 * vocabulary];
        for (int i = 0; i < weight.length; i++) {
            weight[i] = (float) own.normal(i);
        }
        return torch.linear(hidden, Ops.tensor(weight, vocabulary, 2));
    }

    @Override
    public Cache newCache(Side side) {
        return new Memory();
    }

    @Override
    public Step forward(Input in, Tap tap) {
        long[] ids = Ops.longs(((Tokens.Ids) in.tokens()).ids());
        float[][] scores = new float[ids.length][];
        int[] text = {};
        for (int t = 0; t < ids.length; t++) {
            text = with(text, (int) ids[t]);
            scores[t] = scores(text);
        }
        return new Rows(scores, tap);
    }

    @Override
    public List<Step> extend(List<Segment> segments) {
        if (passes.incrementAndGet() == failing) {
            throw new IllegalStateException("the toy is broken");
        }
        synchronized (callers) {
            if (!callers.contains(Thread.currentThread())) {
                callers.add(Thread.currentThread());
            }
        }
        return segments.stream().map(this::extend).toList();
    }

    private Step extend(Segment segment) {
        Memory memory = (Memory) segment.cache();
        int[] ids = ((Tokens.Row) segment.tokens()).ids();
        rows.addAndGet(ids.length);
        float[][] scores = new float[ids.length][];
        for (int i = 0; i < ids.length; i++) {
            int[] text = with(memory.path(segment.parents()[i]), ids[i]);
            if (text.length > context) {
                throw new IllegalStateException("position " + text.length + " is beyond the context");
            }
            memory.nodes.add(text);
            memory.parents.add(segment.parents()[i]);
            scores[i] = scores(text);
        }
        memory.grow();
        return new Rows(scores, segment.tap());
    }

    /** The scores of the token after {@code text}. */
    public float[] scores(int... text) {
        return scores.apply(text);
    }

    private static float[] hashed(int vocabulary, int... text) {
        Counter table = Counter.of(7, "toy");
        Counter hash = Counter.of(Arrays.hashCode(text), "toy");
        int last = text[text.length - 1];
        float[] scores = new float[vocabulary];
        for (int v = 0; v < vocabulary; v++) {
            scores[v] = (float) (2.5 * table.normal((long) last * vocabulary + v) + hash.normal(v));
        }
        return scores;
    }

    private static int[] with(int[] ids, int id) {
        int[] longer = Arrays.copyOf(ids, ids.length + 1);
        longer[ids.length] = id;
        return longer;
    }

    /** A text's prefix and its open nodes, each as the whole text up to it. */
    private static final class Memory implements Cache {
        private final List<int[]> nodes = new ArrayList<>();
        private final List<Integer> parents = new ArrayList<>();
        private int[] prefix = {};
        private Tensor held = allocate(1);

        private static Tensor allocate(int tokens) {
            try (var _ = new Scope()) {
                return Scope.own(Ops.zeros(ScalarType.Float, tokens, 4));
            }
        }

        int[] path(int node) {
            return node < 0 ? prefix : nodes.get(node);
        }

        void grow() {
            int needed = prefix.length + nodes.size();
            if (held.size(0) < needed) {
                Scope.free(held);
                held = allocate(2 * needed);
            }
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
            int end = -1;
            for (int node : committed) {
                if (parents.get(node) != end) {
                    throw new IllegalArgumentException("node " + node + " does not follow " + end);
                }
                end = node;
            }
            int[] newPrefix = path(end);
            List<Integer> kept = Arrays.stream(live).boxed().toList();
            List<int[]> newNodes = kept.stream().map(nodes::get).toList();
            List<Integer> newParents = new ArrayList<>();
            for (int node : live) {
                int parent = parents.get(node);
                newParents.add(parent == end ? -1 : kept.indexOf(parent));
                if (parent != end && newParents.getLast() < 0) {
                    throw new IllegalArgumentException("node " + node + " follows " + parent + ", which is dropped");
                }
            }
            prefix = newPrefix;
            nodes.clear();
            nodes.addAll(newNodes);
            parents.clear();
            parents.addAll(newParents);
        }

        @Override
        public long bytes() {
            return held.numel() * Float.BYTES;
        }

        @Override
        public void close() {
            Scope.free(held);
        }
    }

    /** The first two scores stand for the hidden vector, and what they are turned to for those of the layers. */
    private record Rows(float[][] all, Tensor hidden) implements Step {
        Rows(float[][] all, Tap tap) {
            this(all, see(all, tap));
        }

        private static Tensor see(float[][] all, Tap tap) {
            float[] flat = new float[all.length * 2];
            for (int i = 0; i < all.length; i++) {
                System.arraycopy(all[i], 0, flat, 2 * i, 2);
            }
            Tensor hidden = Ops.tensor(flat, all.length, 2);
            for (int layer = 0; layer < LAYERS; layer++) {
                Site site = new Site(Site.Kind.BLOCK_OUT, layer);
                if (tap.wants(site)) {
                    tap.at(site, Ops.mul(hidden, Math.cos(layer)));
                }
            }
            return tap.wants(Site.FINAL) ? tap.at(Site.FINAL, hidden) : hidden;
        }

        @Override
        public int rows() {
            return all.length;
        }

        @Override
        public Tensor logits(int from, int to) {
            float[] flat = new float[(to - from) * all[0].length];
            for (int i = from; i < to; i++) {
                System.arraycopy(all[i], 0, flat, (i - from) * all[0].length, all[0].length);
            }
            return Ops.tensor(flat, to - from, all[0].length);
        }
    }
}
