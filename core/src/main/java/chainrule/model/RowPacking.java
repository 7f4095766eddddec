package chainrule.model;

import chainrule.BadInput;
import chainrule.kernel.Bf16Product;
import chainrule.kernel.Int8Product;
import chainrule.kernel.MicroKernel;
import chainrule.kernel.PanelProduct;
import chainrule.kernel.Product;
import chainrule.kernel.Workers;
import chainrule.nn.Compute;
import chainrule.nn.Linear;
import chainrule.nn.Quantised;
import chainrule.nn.Tree;
import chainrule.tensor.Codes;
import chainrule.tensor.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** How the parts of a decoder become a {@link RowDecoder}: each is made in float32, packed as products, and let go. */
final class RowPacking implements AutoCloseable {
    private final Parts parts;
    private final Compute decoded;
    private final Compute prompts;
    private final RowBlock.Workspace work;
    private final RowBlock[] blocks;
    private @Nullable Vectors vectors;
    private @Nullable Product head;

    RowPacking(Parts parts, Compute compute) {
        this.parts = parts;
        this.decoded = compute;
        // A prompt's many rows would cost two limbs each in 8 bits.
        this.prompts = compute != Compute.INT8 ? compute : Bf16Product.here() ? Compute.BF16 : Compute.F32;
        this.work = new RowBlock.Workspace(parts.config());
        this.blocks = new RowBlock[parts.config().layers()];
    }

    RowDecoder decoder() {
        Workers.eachInTurn(blocks.length + 1, i -> {
            try (var _ = new Scope();
                    var _ = new NoGradGuard()) {
                if (i == 0) {
                    vocabulary();
                } else {
                    blocks[i - 1] = block(i - 1);
                }
            }
        });
        RowBlock.RowNorm norm = of(parts.norm(), RowBlock.RowNorm::of);
        return new RowDecoder(
                parts.config(),
                Objects.requireNonNull(vectors),
                List.of(blocks),
                norm,
                Objects.requireNonNull(head),
                work,
                parts.prefix());
    }

    /** What is made of a part, which is then let go. */
    private static <P, R> R of(P part, Function<P, R> make) {
        try {
            return make.apply(part);
        } finally {
            Tree.map(part, (_, t) -> {
                Scope.free(t);
                return t;
            });
        }
    }

    /** The largest part, and so the first. */
    private void vocabulary() {
        vectors = of(parts.tokens(), tokens -> {
            head = of(parts.head(), own -> pack(decoded, own.orElse(tokens)));
            return of(parts.positions(), p -> Vectors.of(tokens, prompts.tensorType(), p));
        });
    }

    private RowBlock block(int layer) {
        return of(parts.block(layer), b -> {
            var first = RowBlock.Products.of(b, maps -> pack(decoded, maps));
            try {
                var second = prompts == decoded
                        ? first.forPrompts(prompts)
                        : RowBlock.Products.of(b, maps -> pack(prompts, maps));
                return RowBlock.of(parts.config(), b, first, second, work);
            } catch (RuntimeException | Error e) {
                first.close();
                throw e;
            }
        });
    }

    /** The product of the maps' outputs in a row. */
    private static Product pack(Compute compute, Linear... maps) {
        try (var _ = new Scope()) {
            Tensor bias =
                    Linear.joinedBias(Arrays.asList(maps), ScalarType.Float).orElse(null);
            if (compute != Compute.INT8 && Arrays.stream(maps).allMatch(Quantised.class::isInstance)) {
                List<Codes> codes = Arrays.stream(maps)
                        .map(map -> ((Quantised) map).weight())
                        .toList();
                if (PanelProduct.fits(codes)) {
                    return PanelProduct.of(codes, bias);
                }
            }
            List<Tensor> weights = Arrays.stream(maps).map(Linear::floats).toList();
            return switch (compute) {
                case F32 -> PanelProduct.of(weights, bias, ScalarType.Float);
                case BF16 ->
                    Bf16Product.here()
                            ? Bf16Product.of(weights, bias)
                            : PanelProduct.of(weights, bias, ScalarType.BFloat16);
                case INT8 -> Int8Product.pack(weights, bias, int8());
            };
        }
    }

    private static MicroKernel int8() {
        return MicroKernel.here()
                .orElseThrow(() -> new BadInput("libtorch has no 8-bit products on this platform: use bf16 or f32."));
    }

    /** Frees what was made of the parts, after a failure. */
    @Override
    public void close() {
        work.close();
        Arrays.stream(blocks).filter(Objects::nonNull).forEach(RowBlock::close);
        Optional.ofNullable(vectors).ifPresent(Vectors::close);
        Optional.ofNullable(head).ifPresent(Product::close);
    }
}
