package chainrule.model.family;

import chainrule.tensor.Ops;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * A tensor of a checkpoint as one or several parameters of a decoder.
 *
 * @param name in the checkpoint
 * @param ours the parameters' paths
 */
public record Stored(String name, List<String> ours, Join join) {
    /** How parameters of shape [O,I] (or [O]) make up the stored tensor. */
    public sealed interface Join {
        /** The parameter itself. */
        record Same() implements Join {}

        /** [ΣO,I] transposed to [I,ΣO], as GPT-2's Conv1D keeps weights; a vector is not transposed. */
        record Columns() implements Join {}

        /** Row blocks of each head in turn, [H,parts,O/H,..], as GPT-NeoX keeps queries, keys and values. */
        record Heads(int heads) implements Join {}
    }

    static Stored same(String name, String ours) {
        return new Stored(name, List.of(ours), new Join.Same());
    }

    static Stored columns(String name, String... ours) {
        return new Stored(name, List.of(ours), new Join.Columns());
    }

    /** The stored tensor from our parameters. */
    public Tensor join(List<Tensor> parts) {
        return switch (join) {
            case Join.Same() -> parts.getFirst();
            case Join.Columns() -> {
                Tensor all = Ops.cat(parts, 0);
                yield all.dim() == 2 ? all.t() : all;
            }
            case Join.Heads(int heads) -> {
                List<Tensor> split = parts.stream()
                        .map(p -> p.unflatten(0, heads, p.size(0) / heads))
                        .toList();
                yield Ops.stack(split, 1).flatten(0, 2);
            }
        };
    }

    /** Our parameters, each of {@link #ours} in turn, as views of the stored tensor. */
    public List<Tensor> split(Tensor stored) {
        return switch (join) {
            case Join.Same() -> List.of(stored);
            case Join.Columns() -> {
                Tensor rows = stored.dim() == 2 ? stored.t() : stored;
                long each = rows.size(0) / ours.size();
                List<Tensor> parts = new ArrayList<>();
                for (int i = 0; i < ours.size(); i++) {
                    parts.add(Ops.slice(rows, 0, i * each, (i + 1) * each));
                }
                yield parts;
            }
            case Join.Heads(int heads) -> {
                Tensor split = stored.unflatten(0, heads, ours.size(), stored.size(0) / heads / ours.size());
                List<Tensor> parts = new ArrayList<>();
                for (int i = 0; i < ours.size(); i++) {
                    parts.add(split.select(1, i).flatten(0, 1));
                }
                yield parts;
            }
        };
    }

    /** The stored tensor's shape, given the shape of each of our parameters (all alike where there are several). */
    public long[] shape(long[] part) {
        long[] shape = part.clone();
        shape[0] *= ours.size();
        return join instanceof Join.Columns && shape.length == 2 ? new long[] {shape[1], shape[0]} : shape;
    }
}
