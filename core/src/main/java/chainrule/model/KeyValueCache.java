package chainrule.model;

import chainrule.nn.Attention;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Keys and values of one text in every layer: float32 [C,K,N] each, filled from the front in place; the capacity C
 * doubles when it is full. The rows of the committed prefix come first and in order, live nodes after them.
 */
final class KeyValueCache implements Cache {
    private static final int FIRST_CAPACITY = 64;

    /** A layer's keys and values. */
    record Layer(Tensor keys, Tensor values) {
        List<Tensor> both() {
            return List.of(keys, values);
        }
    }

    private final DecoderConfig config;
    private List<Layer> layers = List.of();
    private int capacity;
    private int length;
    private int[] parents = {};

    KeyValueCache(DecoderConfig config) {
        this.config = config;
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
        return length + parents.length;
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
        return length + depth;
    }

    @Override
    public void keep(int[] committed, int[] live) {
        check(committed, live);
        int[] from = new int[committed.length + live.length];
        for (int i = 0; i < from.length; i++) {
            from[i] = length + (i < committed.length ? committed[i] : live[i - committed.length]);
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
                throw new IllegalArgumentException("live node " + live[i] + " follows " + parent + ", which is dropped");
            }
        }
    }

    /** Moves rows so that row {@code length + i} holds what row {@code from[i]} held. */
    private void move(int[] from) {
        int same = 0;
        while (same < from.length && from[same] == length + same) {
            same++;
        }
        if (same == from.length) {
            return;
        }
        int[] rest = Arrays.copyOfRange(from, same, from.length);
        boolean ascending = true;
        for (int i = 1; i < rest.length; i++) {
            ascending &= rest[i] > rest[i - 1];
        }
        long width = rowBytes();
        for (Layer layer : layers) {
            for (Tensor t : layer.both()) {
                var memory = Ops.segment(t);
                byte[] copy = ascending ? new byte[0] : memory.asSlice(length * width, parents.length * width).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
                var source = ascending ? memory : java.lang.foreign.MemorySegment.ofArray(copy);
                long shift = ascending ? 0 : length;
                for (int i = 0; i < rest.length; i++) {
                    java.lang.foreign.MemorySegment.copy(source, (rest[i] - shift) * width, memory, (length + same + i) * width, width);
                }
            }
        }
    }

    private long rowBytes() {
        return (long) config.attention().heads().keys() * config.attention().heads().width() * Float.BYTES;
    }

    private void reserve(int rows) {
        if (rows <= capacity) {
            return;
        }
        int larger = Math.max(rows, Math.max(FIRST_CAPACITY, Math.min(2 * capacity, config.context())));
        long[] shape = {larger, config.attention().heads().keys(), config.attention().heads().width()};
        int used = rows();
        List<Layer> grown = new ArrayList<>(config.layers());
        try (var _ = new Scope()) {
            for (int l = 0; l < config.layers(); l++) {
                Layer next = new Layer(Scope.own(Ops.empty(ScalarType.Float, shape)), Scope.own(Ops.empty(ScalarType.Float, shape)));
                if (used > 0) {
                    for (int i = 0; i < 2; i++) {
                        Ops.segment(next.both().get(i)).copyFrom(Ops.segment(layers.get(l).both().get(i)).asSlice(0, used * rowBytes()));
                    }
                }
                grown.add(next);
            }
        }
        free();
        layers = List.copyOf(grown);
        capacity = larger;
    }

    private void free() {
        layers.forEach(l -> l.both().forEach(Scope::free));
        layers = List.of();
    }

    @Override
    public long bytes() {
        return 2L * layers.size() * capacity * rowBytes();
    }

    @Override
    public void close() {
        free();
        capacity = 0;
        length = 0;
        parents = new int[0];
    }
}
