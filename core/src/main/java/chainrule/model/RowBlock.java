package chainrule.model;

import chainrule.kernel.Attend;
import chainrule.kernel.Loops;
import chainrule.kernel.PanelProduct;
import chainrule.kernel.Product;
import chainrule.kernel.Rows;
import chainrule.kernel.TileAttend;
import chainrule.kernel.Workers;
import chainrule.nn.Activation;
import chainrule.nn.Compute;
import chainrule.nn.Linear;
import chainrule.nn.Mlp;
import chainrule.nn.Norm;
import chainrule.nn.Rotary.Angles;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** A {@link Block} over packed rows: the same computation, with fused products and kernels between them. */
record RowBlock(
        DecoderConfig config,
        RowNorm attentionNorm,
        Optional<RowNorm> qNorm,
        Optional<RowNorm> kNorm,
        RowNorm mlpNorm,
        Products decoded,
        Products prompts,
        Workspace work) {

    /** Rows of a prompt that are read before a loop over vectors would be compiled. */
    private static final int FEW = 32;

    /** A block's weights, fused and packed. */
    record Products(Product qkv, Product out, Product up, Product down) {
        static Products of(Block b, Function<Linear[], Product> pack) {
            var a = b.attention();
            Linear[] up = switch (b.mlp()) {
                case Mlp.Gated g -> new Linear[] {g.gate(), g.up()};
                case Mlp.Plain p -> new Linear[] {p.up()};
            };
            return new Products(
                    pack.apply(new Linear[] {a.q(), a.k(), a.v()}),
                    pack.apply(new Linear[] {a.out()}),
                    pack.apply(up),
                    pack.apply(new Linear[] {b.mlp().down()}));
        }

        /** What these are for many rows in {@code compute}: over the same memory, or themselves. */
        Products forPrompts(Compute compute) {
            return compute == Compute.BF16
                    ? new Products(inBfloat16(qkv), inBfloat16(out), inBfloat16(up), inBfloat16(down))
                    : this;
        }

        private static Product inBfloat16(Product product) {
            return product instanceof PanelProduct panels ? panels.inBfloat16().orElse(product) : product;
        }

        Stream<Product> all() {
            return Stream.of(qkv, out, up, down);
        }

        void close() {
            all().forEach(Product::close);
        }
    }

    /** @param prompts what reads prompts: {@code decoded} where that serves them as well */
    static RowBlock of(DecoderConfig config, Block b, Products decoded, Products prompts, Workspace work) {
        return new RowBlock(
                config,
                RowNorm.of(b.attentionNorm()),
                b.attention().qNorm().map(RowNorm::of),
                b.attention().kNorm().map(RowNorm::of),
                RowNorm.of(b.mlpNorm()),
                decoded,
                prompts,
                work);
    }

    /** The rows between a block's products, shared by all blocks of a model. */
    static final class Workspace implements AutoCloseable {
        final Rows normed;
        final Rows qkv;
        final Rows heads;
        final Rows attended;
        final Rows wide;
        final Rows inner;
        final Rows mixed;

        Workspace(DecoderConfig c) {
            var h = c.attention().heads();
            normed = new Rows(c.width());
            qkv = new Rows((h.queries() + 2 * h.keys()) * h.width());
            heads = new Rows(h.queries() * h.width());
            attended = new Rows(c.width());
            wide = new Rows(c.mlp().inner() * (c.mlp().gated() ? 2 : 1));
            inner = new Rows(c.mlp().inner());
            mixed = new Rows(c.width());
        }

        private List<Rows> all() {
            return List.of(normed, qkv, heads, attended, wide, inner, mixed);
        }

        void reserve(int n) {
            all().forEach(r -> r.reserve(n));
        }

        @Override
        public void close() {
            all().forEach(Rows::close);
        }
    }

    /** A norm's parameters in Java memory. */
    record RowNorm(boolean rms, float[] weight, float @Nullable [] bias, double epsilon) {
        static RowNorm of(Norm norm) {
            float[] weight = Ops.floats(norm.weight());
            return switch (norm) {
                case Norm.Rms n -> new RowNorm(true, weight, null, n.epsilon());
                case Norm.Layer n ->
                    new RowNorm(false, weight, n.bias().map(Ops::floats).orElse(null), n.epsilon());
            };
        }

        void apply(Rows x, int n, Rows to) {
            Workers.each(n, i -> apply(x.memory(), x.at(i), to.memory(), to.at(i)));
        }

        void apply(MemorySegment x, long at, MemorySegment to, long out) {
            if (rms) {
                Loops.rmsNorm(x, at, weight, epsilon, to, out);
            } else {
                Loops.layerNorm(x, at, weight, epsilon, to, out);
            }
            if (bias != null) {
                Loops.add(to, out, bias, 0, bias.length);
            }
        }
    }

    /** Adds this block to the residual stream {@code x} of a pass's rows. */
    void apply(int layer, Rows x, PackedRows rows, @Nullable Angles angles) {
        int n = rows.count();
        Products products = rows.prompt() ? prompts : decoded;
        work.reserve(n);
        see(Site.Kind.BLOCK_IN, layer, x, rows);
        attentionNorm.apply(x, n, work.normed);
        attend(layer, rows, angles, products);
        see(Site.Kind.ATTENTION, layer, work.attended, rows);
        if (config.flow() == DecoderConfig.Flow.SERIAL) {
            add(x, work.attended, n);
            mlpNorm.apply(x, n, work.normed);
        } else {
            mlpNorm.apply(x, n, work.normed);
            add(x, work.attended, n);
        }
        products.up.apply(work.normed, n, work.wide);
        activate(n, rows.prompt() && n <= FEW);
        products.down.apply(work.inner, n, work.mixed);
        see(Site.Kind.MLP, layer, work.mixed, rows);
        add(x, work.mixed, n);
        see(Site.Kind.BLOCK_OUT, layer, x, rows);
    }

    private static void add(Rows x, Rows y, int n) {
        Workers.each(n, i -> Loops.add(x.memory(), x.at(i), y.memory(), y.at(i), x.width()));
    }

    private void attend(int layer, PackedRows rows, @Nullable Angles angles, Products products) {
        int n = rows.count();
        products.qkv.apply(work.normed, n, work.qkv);
        var heads = config.attention().heads();
        var attend = new Attend(heads.queries(), heads.keys(), heads.width());
        Workers.each(n, i -> {
            turn(work.qkv.at(i), i, angles);
            attend.store(work.qkv.memory(), work.qkv.at(i), memory(layer, rows, i), rows.slot(i));
        });
        if (rows.prompt() && TileAttend.here()) {
            new TileAttend(attend, work.qkv.width())
                    .apply(work.qkv, memory(layer, rows, 0), rows.place(0).seen(), work.heads);
        } else {
            Workers.each(n * heads.queries(), unit -> {
                int i = unit / heads.queries();
                attend.head(
                        unit % heads.queries(),
                        work.qkv.memory(),
                        work.qkv.at(i),
                        memory(layer, rows, i),
                        rows.seen(i),
                        work.heads.memory(),
                        work.heads.at(i));
            });
        }
        see(Site.Kind.HEADS, layer, work.heads, rows);
        products.out.apply(work.heads, n, work.attended);
    }

    private static Attend.Memory memory(int layer, PackedRows rows, int row) {
        return rows.place(row).cache().layer(layer).memory();
    }

    /** Norms and rotates the query and key heads of a row. */
    private void turn(long row, int i, @Nullable Angles angles) {
        var heads = config.attention().heads();
        MemorySegment m = work.qkv.memory();
        for (int h = 0; h < heads.queries() + heads.keys(); h++) {
            long at = row + 4L * h * heads.width();
            Optional<RowNorm> norm = h < heads.queries() ? qNorm : kNorm;
            if (norm.isPresent()) {
                norm.get().apply(m, at, m, at);
            }
            if (angles != null) {
                Loops.rotate(m, at, angles.cos(), angles.sin(), i * angles.half(), angles.half());
            }
        }
    }

    /** @param plain whether libtorch computes it, as it does what there is no loop for */
    private void activate(int n, boolean plain) {
        if (!plain && config.mlp().gated() && config.mlp().activation() == Activation.SILU) {
            long inner = 4L * config.mlp().inner();
            Workers.each(n, i -> {
                long row = work.wide.at(i);
                Loops.siluTimes(
                        work.wide.memory(),
                        row,
                        row + inner,
                        work.inner.memory(),
                        work.inner.at(i),
                        config.mlp().inner());
            });
            return;
        }
        try (var _ = new Scope()) {
            Tensor wide = work.wide.tensor(n);
            int f = config.mlp().inner();
            Tensor acted = config.mlp().activation().apply(config.mlp().gated() ? Ops.slice(wide, -1, 0, f) : wide);
            work.inner.tensor(n).copy_(config.mlp().gated() ? acted.mul(Ops.slice(wide, -1, f, 2L * f)) : acted);
        }
    }

    /** Shows each text's rows to its tap. */
    static void see(Site.Kind kind, int layer, Rows values, PackedRows rows) {
        for (PackedRows.Place p : rows.places()) {
            Tap tap = p.segment().tap();
            if (tap == Tap.NONE) {
                continue;
            }
            Site site = new Site(kind, layer);
            if (!tap.wants(site)) {
                continue;
            }
            try (var _ = new Scope()) {
                Tensor seen = Ops.slice(values.tensor(p.from() + p.count()), 0, p.from(), p.from() + p.count());
                if (kind == Site.Kind.HEADS) {
                    var heads = p.cache().heads();
                    seen = seen.unflatten(1, heads.queries(), heads.width());
                }
                seen.copy_(tap.at(site, seen.clone()));
            }
        }
    }

    void close() {
        Stream.concat(decoded.all(), prompts.all()).distinct().forEach(Product::close);
    }
}
