package chainrule.adapter;

import chainrule.model.Blocks;
import chainrule.model.Decoder;
import chainrule.model.Input;
import chainrule.model.Tap;
import chainrule.model.Wrapped;
import chainrule.nn.Compute;
import chainrule.nn.Dense;
import chainrule.nn.Linear;
import chainrule.nn.LowRank;
import chainrule.nn.Quantised;
import chainrule.nn.Tree;
import chainrule.tensor.Scope;
import java.util.Optional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * A decoder with an adapter on it. Its parameters are the adapter's; closing it frees those, while the decoder that was
 * adapted stays its owner's and must outlive it.
 *
 * @param lm the decoder with the adapter in its place
 */
public record Adapted(Adapter adapter, Decoder lm) implements Wrapped, Blocks {
    /** {@code base} under {@code adapter}, which this owns from now on. @throws chainrule.BadInput where they do not fit together */
    public static Adapted of(Adapter adapter, Decoder base) {
        try {
            return new Adapted(adapter, adapter.on(base));
        } catch (RuntimeException | Error e) {
            adapter.close();
            throw e;
        }
    }

    /** The same, computing in {@code type}. */
    public Adapted in(Compute type) {
        return new Adapted(adapter, lm.in(type));
    }

    @Override
    public Tree parameters() {
        return adapter.parameters();
    }

    /**
     * A decoder in float32 that needs no adapter: each matrix that has one is W + s B A, and all parameters are copies. The
     * caller owns it. A prefix stays one.
     */
    public Decoder merged() {
        try (var _ = new Scope();
                var _ = new NoGradGuard()) {
            Decoder plain = Tree.replace(lm, Linear.class, (_, map) -> switch (map) {
                case LowRank _, Quantised _ -> new Dense(map.floats(), map.bias());
                default -> map;
            });
            return Tree.map(
                    plain.in(Compute.F32), (_, t) -> Scope.own(t.detach().clone()));
        }
    }

    @Override
    public Tensor embed(Input in) {
        return lm.embed(in);
    }

    @Override
    public Tensor block(int index, Tensor xBTD, Tap tap) {
        return lm.block(index, xBTD, tap);
    }

    @Override
    public Tensor norm(Tensor x) {
        return lm.norm(x);
    }

    @Override
    public Optional<Tensor> headWeight() {
        return lm.headWeight();
    }

    // Both interfaces have these, and the record must say which it means.
    @Override
    public int depth() {
        return lm.depth();
    }

    @Override
    public Tensor head(Tensor hidden) {
        return lm.head(hidden);
    }
}
