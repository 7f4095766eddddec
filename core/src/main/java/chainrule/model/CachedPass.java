package chainrule.model;

import chainrule.tensor.Ops;
import java.util.Arrays;
import java.util.OptionalInt;
import org.bytedeco.pytorch.Tensor;

/** One text's pass over its cache in plain operations: new rows are appended to the cache, then all of it is attended to. */
final class CachedPass {
    private CachedPass() {}

    static Step read(Decoder lm, Segment segment) {
        var cache = (KeyValueCache) segment.cache();
        int[] parents = segment.parents();
        int before = cache.rows();
        cache.append(parents);
        int rows = cache.rows();
        int[] at = positions(cache, parents.length);
        lm.config().checkLength(Arrays.stream(at).max().orElse(0) + 1 - cache.before(), cache.before());
        Tensor maskTS = mask(cache, parents.length, lm.config().window()).to(lm.compute());
        Block.LayerMix mix = (layer, q, k, v) -> {
            KeyValueCache.Layer kv = cache.layer(layer);
            kv.write(before, k, v);
            Tensor kKNS = kv.keys(rows).to(lm.compute());
            Tensor vKSN = kv.values(rows).to(lm.compute());
            return Causal.attend(q.unsqueeze(0), kKNS.unsqueeze(0), vKSN.unsqueeze(0), maskTS)
                    .squeeze(0);
        };
        Block.Pass pass = new Block.Pass(lm.config().flow(), lm.compute(), lm.turn(at), mix, segment.tap());
        Tensor x = Block.see(segment.tap(), Site.Kind.EMBEDDING, 0, lm.embed(segment.tokens(), at));
        for (int l = 0; l < lm.depth(); l++) {
            x = lm.blocks().get(l).apply(l, x, pass);
        }
        return new Decoder.Hidden(lm, Block.see(segment.tap(), Site.Kind.FINAL, 0, lm.norm(x)));
    }

    /** The positions of the last {@code count} live nodes. */
    static int[] positions(KeyValueCache cache, int count) {
        int[] at = new int[count];
        int first = cache.live() - count;
        for (int i = 0; i < count; i++) {
            int parent = cache.parents()[first + i];
            at[i] = parent < 0
                    ? cache.committed()
                    : parent >= first ? at[parent - first] + 1 : cache.position(parent) + 1;
        }
        return at;
    }

    /** 0 where one of the last {@code count} live nodes sees a row of the cache, -∞ elsewhere: float32 [T,S]. */
    private static Tensor mask(KeyValueCache cache, int count, OptionalInt window) {
        int rows = cache.rows();
        int first = cache.live() - count;
        int[] at = positions(cache, count);
        float[] mask = new float[count * rows];
        Arrays.fill(mask, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < count; i++) {
            int start = window.isPresent() ? at[i] - window.getAsInt() + 1 : 0;
            Arrays.fill(
                    mask, i * rows + Math.min(Math.max(0, start), cache.committed()), i * rows + cache.committed(), 0);
            int position = at[i];
            for (int node = first + i; node >= 0 && position >= start; node = cache.parents()[node], position--) {
                mask[i * rows + cache.committed() + node] = 0;
            }
        }
        return Ops.tensor(mask, count, rows);
    }
}
