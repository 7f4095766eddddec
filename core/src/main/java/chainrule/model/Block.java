package chainrule.model;

import chainrule.model.Site.Kind;
import chainrule.nn.Attention;
import chainrule.nn.Mlp;
import chainrule.nn.Norm;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** One block of a {@link Decoder}: attention and MLP, each behind a norm, each added to the residual stream. */
record Block(Norm attentionNorm, Attention attention, Norm mlpNorm, Mlp mlp) {
    /**
     * What a pass gives every block.
     *
     * @param compute the number type of products
     */
    record Pass(DecoderConfig.Flow flow, ScalarType compute, Optional<Attention.Turn> turn, LayerMix mix, Tap tap) {}

    /** Attention of one layer in one kind of pass: with or without a cache. */
    @FunctionalInterface
    interface LayerMix {
        Tensor apply(int layer, Tensor q, Tensor k, Tensor v);
    }

    /** x: [..,T,D] to [..,T,D]. */
    Tensor apply(int layer, Tensor x, Pass pass) {
        Tap tap = pass.tap();
        Tensor in = see(tap, Kind.BLOCK_IN, layer, x);
        Tensor attended = see(tap, Kind.ATTENTION, layer, attend(layer, normed(attentionNorm, in, pass), pass));
        return see(
                tap,
                Kind.BLOCK_OUT,
                layer,
                switch (pass.flow()) {
                    case SERIAL -> {
                        Tensor middle = in.add(attended);
                        yield middle.add(see(tap, Kind.MLP, layer, mlp.apply(normed(mlpNorm, middle, pass))));
                    }
                    case PARALLEL ->
                        in.add(attended).add(see(tap, Kind.MLP, layer, mlp.apply(normed(mlpNorm, in, pass))));
                });
    }

    private static Tensor normed(Norm norm, Tensor x, Pass pass) {
        return norm.apply(x).to(pass.compute());
    }

    private Tensor attend(int layer, Tensor x, Pass pass) {
        return attention.apply(
                x,
                pass.turn(),
                (q, k, v) -> pass.mix().apply(layer, q, k, v),
                heads -> see(pass.tap(), Kind.HEADS, layer, heads));
    }

    static Tensor see(Tap tap, Kind kind, int layer, Tensor x) {
        if (tap == Tap.NONE) {
            return x;
        }
        Site site = new Site(kind, layer);
        return tap.wants(site) ? tap.at(site, x) : x;
    }
}
