package chainrule.nn;

import chainrule.nn.Rotary.Angles;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/**
 * Multi-head attention with grouped queries: H query heads share K key and value heads of N elements each.
 *
 * <p>Legend: D width, T tokens, H query heads, K key/value heads, N elements of a head.
 *
 * @param q D to H·N
 * @param k D to K·N
 * @param v D to K·N
 * @param out H·N to D
 * @param qNorm over each query head's N, where the model has it
 * @param kNorm over each key head's N
 */
public record Attention(
        Linear q, Linear k, Linear v, Linear out, Optional<Norm> qNorm, Optional<Norm> kNorm, Heads heads) {

    /**
     * @param queries H
     * @param keys K, a divisor of H
     * @param width N
     */
    public record Heads(int queries, int keys, int width) {
        public Heads {
            if (keys <= 0 || queries % keys != 0) {
                throw new IllegalArgumentException(queries + " query heads do not divide among " + keys + " key heads");
            }
        }
    }

    /** Who may look at whom: mixes values by the softmax of scaled scores. */
    @FunctionalInterface
    public interface Mix {
        /** q: [..,T,H,N], k and v: [..,T,K,N], already rotated, to [..,T,H,N]. */
        Tensor apply(Tensor q, Tensor k, Tensor v);
    }

    /**
     * x: [..,T,D] to [..,T,D].
     *
     * @param angles of the T positions, where the model rotates
     * @param heads sees each head's output, [..,T,H,N]
     */
    public Tensor apply(Tensor x, Optional<Turn> turn, Mix mix, UnaryOperator<Tensor> tap) {
        List<Tensor> qkv = Linear.joint(x, q, k, v);
        Tensor queries = split(qkv.get(0), heads.queries());
        Tensor keys = split(qkv.get(1), heads.keys());
        Tensor values = split(qkv.get(2), heads.keys());
        if (qNorm.isPresent()) {
            queries = qNorm.get().apply(queries);
        }
        if (kNorm.isPresent()) {
            keys = kNorm.get().apply(keys);
        }
        if (turn.isPresent()) {
            queries = turn.get().apply(queries);
            keys = turn.get().apply(keys);
        }
        Tensor mixed = tap.apply(mix.apply(queries, keys, values));
        return out.apply(mixed.flatten(-2, -1));
    }

    /** A rotation by the angles of given positions. */
    public record Turn(Rotary rotary, Angles angles) {
        Tensor apply(Tensor x) {
            return rotary.apply(x, angles);
        }
    }

    private Tensor split(Tensor x, int count) {
        return x.unflatten(-1, count, heads.width());
    }

    /**
     * What the model has, without its parameters.
     *
     * @param inBias whether q, k and v have a bias
     * @param headNorm whether queries and keys are normalised head by head
     * @param window how many tokens back, itself included, a token sees; empty: all
     */
    public record Kind(Heads heads, boolean inBias, boolean outBias, boolean headNorm, java.util.OptionalInt window) {
        /** Attention over {@code width} under {@code path}; {@code norm} is the head norms' kind. */
        public Attention create(
                Init init, String path, int width, Norm.Kind norm, double deviation, double outDeviation) {
            int n = heads.width();
            var draw = new Draw.Normal(deviation);
            var keys = new Dense.Shape(heads.keys() * n, width, inBias);
            return new Attention(
                    Linear.create(init, path + ".q", new Dense.Shape(heads.queries() * n, width, inBias), draw),
                    Linear.create(init, path + ".k", keys, draw),
                    Linear.create(init, path + ".v", keys, draw),
                    Linear.create(
                            init,
                            path + ".out",
                            new Dense.Shape(width, heads.queries() * n, outBias),
                            new Draw.Normal(outDeviation)),
                    headNorm ? Optional.of(norm.create(init, path + ".qNorm", n)) : Optional.empty(),
                    headNorm ? Optional.of(norm.create(init, path + ".kNorm", n)) : Optional.empty(),
                    heads);
        }
    }
}
