package chainrule.nn;

import chainrule.tensor.Ops;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * A linear map x ↦ x Wᵀ + b on the last dimension: [..,I] to [..,O]. {@link Dense} computes it from a weight; adapters,
 * quantised and sharded forms are other records in the same place.
 */
public interface Linear {
    /** The product in {@code x}'s number type, whatever the weights are kept in. */
    Tensor apply(Tensor x);

    /** I. */
    int inputs();

    /** O. */
    int outputs();

    /** The outputs of several maps on one input; plain weights are joined, so that it is one product. */
    static List<Tensor> joint(Tensor x, Linear... maps) {
        if (!Arrays.stream(maps).allMatch(Dense.class::isInstance)) {
            return Arrays.stream(maps).map(m -> m.apply(x)).toList();
        }
        Tensor all = Dense.join(Arrays.stream(maps).map(Dense.class::cast).toList(), x.scalar_type())
                .apply(x);
        List<Tensor> outputs = new ArrayList<>(maps.length);
        long from = 0;
        for (Linear map : maps) {
            outputs.add(Ops.slice(all, -1, from, from + map.outputs()));
            from += map.outputs();
        }
        return outputs;
    }
}
