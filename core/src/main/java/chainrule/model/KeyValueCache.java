package chainrule.model;

import chainrule.kernel.Attend;
import chainrule.kernel.Workers;
import chainrule.nn.Attention;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Keys and values of one text in every layer, in float32, filled from the front in place; the capacity C, at first what
 * the text is expected to need, doubles when it is full. The rows of the model's own {@link Prefix} come first, where it has one, then those of the
 * committed prefix in order, live nodes after them.
 *
 * <p>Legend: C capacity, K key heads, N elements of a head.
 */
final class KeyValueCache implements Cache {
    private static final int FIRST_CAPACITY = 64;

    /** Rows at most that are made room for before they are needed. */
    private static final int AHEAD = 256;

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

    /** What one layer keeps of every row, laid out as {@link Attend.Memory} says; S is {@link Attend#BLOCK}. */
    record Layer(Tensor keys, Tensor values, Attend.Memory memory) {
        static Layer of(Tensor keys, Tensor values) {
            return new Layer(keys, values, new Attend.Memory(Ops.segment(keys), Ops.segment(values)));
        }

        /** Writes the rows from {@code from} on: k and v are [T,K,N]. */
        void write(int from, Tensor k, Tensor v) {
            int count = (int) k.size(0);
            Ops.slice(values, 0, from, from + count).copy_(v);
            for (int t = 0; t < count; ) {
                int within = (from + t) % Attend.BLOCK;
                int some = Math.min(count - t, Attend.BLOCK - within);
                Tensor block = keys.select(0, (from + t) / Attend.BLOCK);
                block.narrow(2, within, some).copy_(k.narrow(0, t, some).permute(1, 2, 0));
                t += some;
            }
        }

        /** The keys of the first {@code rows} rows: [K,N,rows]. */
        Tensor keys(int rows) {
            Tensor blocks = keys.narrow(0, 0, Math.ceilDiv(rows, Attend.BLOCK));
            return Ops.slice(blocks.permute(1, 2, 0, 3).flatten(2, 3), 2, 0, rows);
        }

        /** The values of the first {@code rows} rows: [K,rows,N]. */
        Tensor values(int rows) {
            return Ops.slice(values, 0, 0, rows).transpose(0, 1);
        }
    }

    private final DecoderConfig config;
    private final Optional<Prefix> prefix;
    private List<Layer> layers = List.of();
    private int capacity;
    private int length;
    private int[] parents = {};
    private int expected;

    /** @param prefix what every text begins with, still its owner's */
    KeyValueCache(DecoderConfig config, Optional<Prefix> prefix) {
        this.config = config;
        this.prefix = prefix;
    }

    /** The rows of the model's prefix. */
    int before() {
        return prefix.map(Prefix::length).orElse(0);
    }

    /** The rows that are neither live nor free. */
    int committed() {
        return before() + length;
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public int live() {
        return parents.length;
    }

    /** All rows in use. */
    int rows() {
        return committed() + parents.length;
    }

    Attention.Heads heads() {
        return config.attention().heads();
    }

    Layer layer(int index) {
        return layers.get(index);
    }

    /** The parents of all live nodes, -1 being the prefix. */
    int[] parents() {
        return parents;
    }

    /** Makes room for new nodes; their keys and values are written to the rows from {@link #rows} before this call. */
    int append(int[] newParents) {
        int from = rows();
        for (int i = 0; i < newParents.length; i++) {
            if (newParents[i] < -1 || newParents[i] >= parents.length + i) {
                throw new IllegalArgumentException("node " + (parents.length + i) + " follows " + newParents[i]);
            }
        }
        reserve(from + newParents.length);
        int old = parents.length;
        parents = Arrays.copyOf(parents, old + newParents.length);
        System.arraycopy(newParents, 0, parents, old, newParents.length);
        return from;
    }

    /** The position of live node {@code node} in the text. */
    int position(int node) {
        int depth = 0;
        for (int p = parents[node]; p >= 0; p = parents[p]) {
            depth++;
        }
        return committed() + depth;
    }

    @Override
    public void keep(int[] committed, int[] live) {
        check(committed, live);
        int[] from = new int[committed.length + live.length];
        for (int i = 0; i < from.length; i++) {
            from[i] = i < committed.length ? committed[i] : live[i - committed.length];
        }
        move(from);
        int[] number = new int[parents.length];
        Arrays.fill(number, -1);
        for (int i = 0; i < live.length; i++) {
            number[live[i]] = i;
        }
        int[] kept = new int[live.length];
        for (int i = 0; i < live.length; i++) {
            kept[i] = parents[live[i]] < 0 ? -1 : number[parents[live[i]]];
        }
        length += committed.length;
        parents = kept;
    }

    private void check(int[] committed, int[] live) {
        for (int i = 0; i < committed.length; i++) {
            int expected = i == 0 ? -1 : committed[i - 1];
            if (parents[committed[i]] != expected) {
                throw new IllegalArgumentException("committed node " + committed[i] + " does not follow " + expected);
            }
        }
        int last = committed.length == 0 ? -1 : committed[committed.length - 1];
        for (int i = 0; i < live.length; i++) {
            int parent = parents[live[i]];
            int at = i;
            if (parent != last && Arrays.stream(live, 0, at).noneMatch(n -> n == parent)) {
                throw new IllegalArgumentException(
                        "live node " + live[i] + " follows " + parent + ", which is dropped");
            }
        }
    }

    /** Moves the live rows so that the {@code i}-th of them becomes what the one numbered {@code from[i]} was. */
    private void move(int... from) {
        int same = 0;
        while (same < from.length && from[same] == same) {
            same++;
        }
        if (same == from.length) {
            return;
        }
        int settled = same;
        Workers.each(layers.size(), l -> move(layers.get(l).memory(), settled, from));
    }

    private void move(Attend.Memory layer, int same, int... from) {
        int width = heads().keys() * heads().width();
        float[] moved = new float[from.length * width];
        MemorySegment values = layer.values();
        for (int i = same; i < from.length; i++) {
            MemorySegment.copy(values, FLOAT, 4L * (committed() + from[i]) * width, moved, i * width, width);
        }
        int rest = from.length - same;
        MemorySegment.copy(moved, same * width, values, FLOAT, 4L * (committed() + same) * width, rest * width);
        MemorySegment keys = layer.keys();
        for (int element = 0; element < width; element++) {
            for (int i = same; i < from.length; i++) {
                moved[i] = keys.get(FLOAT, key(committed() + from[i], element, width));
            }
            for (int i = same; i < from.length; i++) {
                keys.set(FLOAT, key(committed() + i, element, width), moved[i]);
            }
        }
    }

    private static long key(int row, int element, int width) {
        return 4L * (((long) row / Attend.BLOCK * width + element) * Attend.BLOCK + row % Attend.BLOCK);
    }

    private void reserve(int rows) {
        if (rows <= capacity) {
            return;
        }
        int usual = capacity > 0 ? 2 * capacity : Math.max(FIRST_CAPACITY, Math.min(before() + expected, rows + AHEAD));
        int wanted = Math.max(rows, Math.min(usual, config.context()));
        int blocks = Math.ceilDiv(wanted, Attend.BLOCK);
        int larger = blocks * Attend.BLOCK;
        long k = heads().keys();
        long n = heads().width();
        List<Layer> grown = new ArrayList<>(config.layers());
        try (var _ = new Scope()) {
            for (int l = 0; l < config.layers(); l++) {
                Layer next = Layer.of(
                        Scope.own(Ops.empty(ScalarType.Float, blocks, k, n, Attend.BLOCK)),
                        Scope.own(Ops.zeros(ScalarType.Float, larger, k, n)));
                if (capacity > 0) {
                    Layer old = layers.get(l);
                    Ops.slice(next.keys(), 0, 0, capacity / Attend.BLOCK).copy_(old.keys());
                    Ops.slice(next.values(), 0, 0, capacity).copy_(old.values());
                }
                if (capacity == 0 && prefix.isPresent()) {
                    next.write(
                            0,
                            prefix.get().keys(l).detach(),
                            prefix.get().values(l).detach());
                }
                grown.add(next);
            }
        }
        free();
        layers = List.copyOf(grown);
        capacity = larger;
    }

    private void free() {
        layers.forEach(l -> {
            Scope.free(l.keys());
            Scope.free(l.values());
        });
        layers = List.of();
    }

    @Override
    public void expect(int most) {
        expected = most;
    }

    @Override
    public long bytes() {
        return 2L * layers.size() * capacity * heads().keys() * heads().width() * Float.BYTES;
    }

    @Override
    public void close() {
        free();
        capacity = 0;
        length = 0;
        parents = new int[0];
    }
}
