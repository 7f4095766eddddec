package chainrule.model;

import chainrule.kernel.Loops;
import chainrule.kernel.Rows;
import chainrule.nn.Dense;
import chainrule.nn.Linear;
import chainrule.nn.Positions;
import chainrule.nn.Quantised;
import chainrule.nn.Tree;
import chainrule.tensor.Codes;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What the rows of a pass begin with, read from memory: libtorch's calls for one token would take as long as a small
 * product.
 *
 * @param tokens has the token vectors as its weight, [V,D]: plain, in float32 or bfloat16, or quantised
 * @param positions vectors added by position, [C,D] in float32; empty where positions turn queries and keys
 */
record Vectors(Linear tokens, Optional<Tensor> positions) implements AutoCloseable {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT;

    /** Weights in the number type {@code type} where they are plain; the result has handles of its own. */
    static Vectors of(Linear tokens, ScalarType type, Positions positions) {
        Optional<Tensor> learned = positions instanceof Positions.Learned(Tensor weight)
                ? Optional.of(Scope.own(weight))
                : Optional.empty();
        Linear kept = switch (tokens) {
            case Quantised q -> Tree.map(q, (_, t) -> Scope.own(t.detach()));
            case Dense(Tensor weight, var _) -> new Dense(Scope.own(weight.to(type)), Optional.empty());
            default -> throw new IllegalArgumentException(tokens + " has no vectors of tokens");
        };
        return new Vectors(kept, learned);
    }

    /** The vectors of tokens: {@code embed}, or what they are quantised to below that name. */
    Tree parameters() {
        if (tokens instanceof Dense(Tensor weight, var _)) {
            return new Tree(new LinkedHashMap<>(Map.of("embed", weight)));
        }
        SequencedMap<String, Tensor> parts = new LinkedHashMap<>();
        Tree.of((Record) tokens).tensors().forEach((path, part) -> parts.put("embed." + path, part));
        return new Tree(parts);
    }

    /** Writes the vectors of a pass's rows into {@code x}. */
    void read(PackedRows rows, Rows x) {
        for (PackedRows.Place p : rows.places()) {
            switch (p.segment().tokens()) {
                case Tokens.Row(int[] ids) -> tokens(ids, x, p.from());
                case Tokens.Ids(Tensor ids) -> tokens(ids(ids), x, p.from());
                case Tokens.Vectors(Tensor given) -> {
                    try (var _ = new Scope()) {
                        Tensor wide = given.to(ScalarType.Float).contiguous();
                        x.memory().asSlice(x.at(p.from()), x.at(p.count())).copyFrom(Ops.segment(wide));
                    }
                }
            }
        }
        if (positions.isPresent()) {
            MemorySegment memory = Ops.segment(positions.get());
            for (int i = 0; i < rows.count(); i++) {
                Loops.add(x.memory(), x.at(i), memory, x.at(rows.at()[i]), x.width());
            }
        }
    }

    private static int[] ids(Tensor ids) {
        long[] all = Ops.longs(ids);
        int[] narrow = new int[all.length];
        for (int i = 0; i < all.length; i++) {
            narrow[i] = Math.toIntExact(all[i]);
        }
        return narrow;
    }

    private void tokens(int[] ids, Rows x, int from) {
        for (int i = 0; i < ids.length; i++) {
            long at = x.at(from + i);
            switch (tokens) {
                case Quantised(Codes codes, var _) -> quantised(codes, ids[i], x, at);
                case Dense(Tensor weight, var _) -> plain(weight, ids[i], x, at);
                default -> throw new IllegalStateException("no vectors of tokens");
            }
        }
    }

    private static void plain(Tensor weight, int id, Rows x, long at) {
        MemorySegment memory = Ops.segment(weight);
        long token = (long) id * x.width();
        if (weight.scalar_type().intern() == ScalarType.Float) {
            MemorySegment.copy(memory, 4 * token, x.memory(), at, x.at(1));
            return;
        }
        for (int d = 0; d < x.width(); d++) {
            x.memory().set(FLOAT, at + 4L * d, Float.intBitsToFloat(memory.getAtIndex(SHORT, token + d) << 16));
        }
    }

    private static void quantised(Codes codes, int id, Rows x, long at) {
        MemorySegment q = Ops.segment(codes.q());
        MemorySegment scale = Ops.segment(codes.scale());
        MemorySegment least = Ops.segment(codes.least());
        int groups = x.width() / codes.group();
        for (int d = 0; d < x.width(); d++) {
            long g = (long) id * groups + d / codes.group();
            int whole = q.get(ValueLayout.JAVA_BYTE, (long) id * x.width() + d) & 255;
            x.memory().set(FLOAT, at + 4L * d, Math.fma(scale.getAtIndex(FLOAT, g), whole, least.getAtIndex(FLOAT, g)));
        }
    }

    @Override
    public void close() {
        Tree.of((Record) tokens).close();
        positions.ifPresent(Scope::free);
    }
}
