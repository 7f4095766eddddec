package chainrule.model;

import chainrule.nn.Attention;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Keys and values that every text of a decoder sees as if tokens stood before it: at positions 0 to M-1, so that the
 * text's begin at M. They are seen as they are, rotated no further, and count as the model's parameters.
 *
 * <p>Legend: B texts, T tokens, M entries, L layers, K key heads, N elements of a head.
 *
 * @param pairs float32 [M,2L,K,N]: layer l's keys at 2l, its values at 2l + 1
 */
public record Prefix(Tensor pairs) {
    /**
     * What a decoder without a prefix keeps of the tokens {@code ids} at the start of a text: behind it, a text reads as
     * after those tokens. It is owned by the caller.
     */
    public static Prefix of(Decoder lm, int... ids) {
        try (var _ = new Scope();
                var _ = new NoGradGuard();
                Cache cache = lm.newCache(Side.NONE)) {
            lm.extend(List.of(Segment.prompt(cache, ids)));
            List<Tensor> pairs = new ArrayList<>();
            for (int l = 0; l < lm.depth(); l++) {
                KeyValueCache.Layer kept = ((KeyValueCache) cache).layer(l);
                pairs.add(kept.keys(ids.length).permute(2, 0, 1));
                pairs.add(kept.values(ids.length).transpose(0, 1));
            }
            return new Prefix(Scope.own(Ops.stack(pairs, 1)));
        }
    }

    /** The same values in memory of their own, without a gradient; the caller's. */
    public Prefix copy() {
        try (var _ = new Scope()) {
            return new Prefix(Scope.own(pairs.detach().clone()));
        }
    }

    /** M. */
    public int length() {
        return (int) pairs.size(0);
    }

    /** [M,K,N]. */
    Tensor keys(int layer) {
        return pairs.select(1, 2L * layer);
    }

    /** [M,K,N]. */
    Tensor values(int layer) {
        return pairs.select(1, 2L * layer + 1);
    }

    /** The entries of one layer before each text's own: [B,M+T,K,N]. */
    static Tensor join(Tensor entriesMKN, Tensor xBTKN) {
        long[] shape = xBTKN.shape();
        shape[1] = entriesMKN.size(0);
        return Ops.cat(List.of(entriesMKN.to(xBTKN.scalar_type()).unsqueeze(0).expand(shape), xBTKN), 1);
    }

    /** The shape of {@code length} entries for a decoder. */
    public static long[] shape(int length, DecoderConfig config) {
        Attention.Heads heads = config.attention().heads();
        return new long[] {length, 2L * config.layers(), heads.keys(), heads.width()};
    }

    void check(DecoderConfig config) {
        if (!Arrays.equals(pairs.shape(), shape(length(), config)) || length() >= config.context()) {
            throw new IllegalArgumentException("a prefix of shape " + Arrays.toString(pairs.shape())
                    + " does not fit a decoder of shape " + Arrays.toString(shape(length(), config)) + " and context "
                    + config.context());
        }
    }
}
