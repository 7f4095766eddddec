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
 * <p>Legend: B texts, T query rows, S key rows, H query heads, K key heads, N elements of a head.
 */
final class Causal {
    private Causal() {}

    /**
     * @param qBTHN queries
     * @param kBSKN keys
     * @param vBSKN values
     * @param maskTS 0 where a query sees a key, -∞ where not, in the queries' number type
     * @return [B,T,H,N]
     */
    static Tensor attend(Tensor qBTHN, Tensor kBSKN, Tensor vBSKN, Tensor maskTS) {
        long heads = qBTHN.size(2);
        long n = qBTHN.size(3);
        Tensor qBHTN = Ops.mul(qBTHN, 1 / Math.sqrt((double) n)).transpose(1, 2);
        Tensor kBHNS = share(kBSKN, heads).permute(0, 2, 3, 1);
        Tensor vBHSN = share(vBSKN, heads).transpose(1, 2);
        Tensor scoresBHTS = torch.matmul(qBHTN, kBHNS).add_(maskTS);
        return torch.matmul(Ops.softmax(scoresBHTS, -1), vBHSN).transpose(1, 2);
    }

    /** Each key head's rows once for every query head that reads it: [B,S,K,N] to [B,S,H,N]. */
    private static Tensor share(Tensor xBSKN, long heads) {
        long each = heads / xBSKN.size(2);
        return each == 1 ? xBSKN : xBSKN.repeat_interleave(each, new org.bytedeco.pytorch.LongOptional(2), new org.bytedeco.pytorch.LongOptional());
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
