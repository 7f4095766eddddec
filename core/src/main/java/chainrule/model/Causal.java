package chainrule.model;

import chainrule.tensor.Ops;
import java.util.OptionalInt;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Softmax attention in its explicit form: two batched products with the softmax between them, which trains faster on
 * CPUs than libtorch's fused one.
 *
 * <p>Legend: B texts, T query rows, S key rows, H query heads, K key heads that H/K query heads share each, N elements of
 * a head.
 */
final class Causal {
    private Causal() {}

    /**
     * @param qBTHN queries
     * @param kBKNS keys
     * @param vBKSN values
     * @param maskTS 0 where a query sees a key, -∞ where not, in the queries' number type
     * @return [B,T,H,N]
     */
    static Tensor attend(Tensor qBTHN, Tensor kBKNS, Tensor vBKSN, Tensor maskTS) {
        long t = qBTHN.size(1);
        long k = kBKNS.size(1);
        long group = qBTHN.size(2) / k;
        long n = qBTHN.size(3);
        // Query heads that share a key head are rows of one product.
        Tensor q = Ops.mul(qBTHN, 1 / Math.sqrt((double) n)).transpose(1, 2).reshape(-1, k, group * t, n);
        Tensor scores =
                torch.matmul(q, kBKNS).unflatten(2, group, t).add_(maskTS).flatten(2, 3);
        Tensor mixed = torch.matmul(Ops.softmax(scores, -1), vBKSN);
        return mixed.reshape(-1, k * group, t, n).transpose(1, 2);
    }

    /** Query t sees keys s &le; t, and with a window w only s &gt; t - w: [T,T]. */
    static Tensor mask(long length, OptionalInt window, ScalarType type) {
        Tensor mask = torch.full(new long[] {length, length}, new Scalar(Float.NEGATIVE_INFINITY));
        Tensor above = mask.triu(1);
        if (window.isPresent()) {
            above = above.add_(mask.tril(-window.getAsInt()));
        }
        return above.to(type);
    }
}
