package chainrule.nn;

import chainrule.tensor.Codes;
import chainrule.tensor.Ops;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A linear map x ↦ x Wᵀ + b on the last dimension: [..,I] to [..,O]. {@link Dense} computes it from a weight,
 * {@link Quantised} from whole numbers, {@link LowRank} beside another map; sharded forms are other records in the same place.
 */
public interface Linear {
    /** The product in {@code x}'s number type, whatever the weights are kept in. */
    Tensor apply(Tensor x);

    /** I. */
    int inputs();

    /** O. */
    int outputs();

    /** b: [O]. */
    Optional<Tensor> bias();

    /** W as one matrix, float32 [O,I]: the weight itself, or made of what stands for it and of the open scope. */
    Tensor floats();

    /**
     * A map whose weight {@code path.weight} is drawn from {@code draw}, or kept in whole numbers where {@code init} has it so,
     * and whose bias, if any, is 0.
     */
    static Linear create(Init init, String path, Dense.Shape shape, Draw draw) {
        Optional<Codes> codes = init.codes(path + ".weight", shape.outputs(), shape.inputs());
        if (codes.isPresent()) {
            return new Quantised(codes.get(), Dense.bias(init, path, shape));
        }
        Tensor weight = init.get(path + ".weight", draw, Part.WHOLE, shape.outputs(), shape.inputs());
        return new Dense(weight, Dense.bias(init, path, shape));
    }

    /** The outputs of several maps on one input; plain weights, low ranks beside them or not, are joined to one product. */
    static List<Tensor> joint(Tensor x, Linear... maps) {
        List<Linear> plain = Arrays.stream(maps)
                .map(m -> m instanceof LowRank low ? low.base() : m)
                .toList();
        if (!plain.stream().allMatch(Dense.class::isInstance)) {
            return Arrays.stream(maps).map(m -> m.apply(x)).toList();
        }
        Tensor all = Dense.join(plain.stream().map(Dense.class::cast).toList(), x.scalar_type())
                .apply(x);
        if (Arrays.stream(maps).anyMatch(LowRank.class::isInstance)) {
            // Added to all of them at once, so that what follows sees them laid out as without low ranks.
            all = all.add(
                    Ops.cat(Arrays.stream(maps).map(m -> LowRank.change(m, x)).toList(), -1));
        }
        List<Tensor> outputs = new ArrayList<>(maps.length);
        long from = 0;
        for (Linear map : maps) {
            outputs.add(Ops.slice(all, -1, from, from + map.outputs()));
            from += map.outputs();
        }
        return outputs;
    }

    /** The biases of {@code maps} in a row; a missing one is 0 where another map has one. */
    static Optional<Tensor> joinedBias(List<? extends Linear> maps, ScalarType type) {
        if (maps.stream().allMatch(m -> m.bias().isEmpty())) {
            return Optional.empty();
        }
        return Optional.of(Ops.cat(
                maps.stream()
                        .map(m -> m.bias().map(b -> Dense.cast(b, type)).orElseGet(() -> Ops.zeros(type, m.outputs())))
                        .toList(),
                0));
    }
}
