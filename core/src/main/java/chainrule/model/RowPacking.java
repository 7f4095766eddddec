package chainrule.model;

import chainrule.BadInput;
import chainrule.kernel.Int8Product;
import chainrule.kernel.MicroKernel;
import chainrule.kernel.PanelProduct;
import chainrule.kernel.Product;
import chainrule.kernel.Workers;
import chainrule.nn.Compute;
import chainrule.nn.Dense;
import chainrule.nn.Linear;
import chainrule.nn.Tree;
import chainrule.tensor.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * How the parts of a decoder become a {@link RowDecoder}: each is made in float32, packed as products, kept for prompts in
 * their number type, and let go.
 */
final class RowPacking implements AutoCloseable {
    private final Parts parts;
    private final Compute compute;
    private final RowBlock.Workspace work;
    private final RowBlock[] rows;
    private final Block[] blocks;
    private @Nullable Tensor embed;
    private Optional<Linear> head = Optional.empty();
    private @Nullable Product packedHead;

    RowPacking(Parts parts, Compute compute) {
        this.parts = parts;
        this.compute = compute;
        this.work = new RowBlock.Workspace(parts.config());
        this.rows = new RowBlock[parts.config().layers()];
        this.blocks = new Block[rows.length];
    }

    RowDecoder decoder() {
        Workers.eachInTurn(rows.length + 1, i -> {
            try (var _ = new Scope();
                    var _ = new NoGradGuard()) {
                if (i == 0) {
                    vocabulary();
                } else {
                    block(i - 1);
                }
            }
        });
        Decoder prompts = new Decoder(
                        parts.config(),
                        Objects.requireNonNull(embed),
                        forPrompts(parts.positions()),
                        List.of(blocks),
                        forPrompts(parts.norm()),
                        head,
                        ScalarType.Float,
                        ScalarType.Float)
                .in(compute, Compute.F32);
        return new RowDecoder(prompts, List.of(rows), Objects.requireNonNull(packedHead), work);
    }

    /** The largest part, and so the first. */
    private void vocabulary() {
        Tensor wide = parts.embed();
        Optional<Linear> own = parts.head();
        packedHead = pack(own.orElse(new Dense(wide, Optional.empty())));
        embed = forPrompts(wide);
        head = forPrompts(own);
    }

    private void block(int layer) {
        Block block = parts.block(layer);
        rows[layer] = RowBlock.of(parts.config(), block, this, work);
        blocks[layer] = forPrompts(block);
    }

    /** The product of the float32 maps' outputs in a row. */
    Product pack(Linear... maps) {
        try (var _ = new Scope()) {
            List<Dense> joined = Arrays.stream(maps).map(Dense.class::cast).toList();
            List<Tensor> weights = joined.stream().map(Dense::weight).toList();
            Tensor bias = Dense.joinedBias(joined, ScalarType.Float).orElse(null);
            return switch (compute) {
                case F32 -> PanelProduct.of(weights, bias, ScalarType.Float);
                case BF16 -> PanelProduct.of(weights, bias, ScalarType.BFloat16);
                case INT8 -> Int8Product.pack(weights, bias, int8());
            };
        }
    }

    private static MicroKernel int8() {
        return MicroKernel.here()
                .orElseThrow(() -> new BadInput("libtorch has no 8-bit products on this platform: use bf16 or f32."));
    }

    /** A part with its matrices in the number type of prompts; it takes the place of {@code part}. */
    private <R> R forPrompts(R part) {
        return Tree.map(part, (_, t) -> {
            Tensor kept = Scope.own(t.dim() > 1 ? t.to(compute.tensorType()) : t);
            Scope.free(t);
            return kept;
        });
    }

    /** Frees what was made of the parts, after a failure. */
    @Override
    public void close() {
        work.close();
        Arrays.stream(rows).filter(Objects::nonNull).forEach(RowBlock::close);
        Arrays.stream(blocks).filter(Objects::nonNull).forEach(b -> Tree.of(b).close());
        Optional.ofNullable(embed).ifPresent(Scope::free);
        Optional.ofNullable(packedHead).ifPresent(Product::close);
    }
}
