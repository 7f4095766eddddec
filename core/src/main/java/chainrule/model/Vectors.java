package chainrule.model;

import chainrule.kernel.Loops;
import chainrule.kernel.Rows;
import chainrule.nn.Positions;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What the rows of a pass begin with, read from memory: libtorch's calls for one token would take as long as a small
 * product.
 *
 * @param embed token vectors, [V,D] in float32 or bfloat16
 * @param positions vectors added by position, [C,D] in float32; empty where positions turn queries and keys
 */
record Vectors(Tensor embed, Optional<Tensor> positions) implements AutoCloseable {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT;

    /** Both stay as they are for as long as the result is open. */
    static Vectors of(Tensor embed, Positions positions) {
        Optional<Tensor> learned = positions instanceof Positions.Learned(Tensor weight)
                ? Optional.of(Scope.own(weight))
                : Optional.empty();
        return new Vectors(Scope.own(embed), learned);
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
        MemorySegment memory = Ops.segment(embed);
        boolean wide = embed.scalar_type().intern() == ScalarType.Float;
        int width = x.width();
        for (int i = 0; i < ids.length; i++) {
            long token = (long) ids[i] * width;
            long to = x.at(from + i);
            if (wide) {
                MemorySegment.copy(memory, 4 * token, x.memory(), to, x.at(1));
                continue;
            }
            for (int d = 0; d < width; d++) {
                x.memory().set(FLOAT, to + 4L * d, Float.intBitsToFloat(memory.getAtIndex(SHORT, token + d) << 16));
            }
        }
    }

    @Override
    public void close() {
        Scope.free(embed);
        positions.ifPresent(Scope::free);
    }
}
