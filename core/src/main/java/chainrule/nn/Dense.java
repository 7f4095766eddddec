package chainrule.nn;

import chainrule.tensor.Ops;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The linear map of a stored weight.
 *
 * @param weight W: [O,I]
 * @param bias b: [O]
 */
public record Dense(Tensor weight, Optional<Tensor> bias) implements Linear {
    /** A map whose weight {@code path.weight} is drawn from {@code draw} and whose bias, if any, is 0. */
    public static Dense create(Init init, String path, Shape shape, Draw draw) {
        Tensor weight = init.get(path + ".weight", draw, Part.WHOLE, shape.outputs(), shape.inputs());
        Optional<Tensor> bias = shape.bias()
                ? Optional.of(init.get(path + ".bias", Draw.ZEROS, Part.WHOLE, shape.outputs()))
                : Optional.empty();
        return new Dense(weight, bias);
    }

    /** O, I and whether there is a bias. */
    public record Shape(int outputs, int inputs, boolean bias) {}

    @Override
    public Tensor apply(Tensor x) {
        Tensor w = cast(weight, x.scalar_type());
        return bias.isEmpty() ? torch.linear(x, w) : Ops.linear(x, w, cast(bias.get(), x.scalar_type()));
    }

    @Override
    public int inputs() {
        return (int) weight.size(1);
    }

    @Override
    public int outputs() {
        return (int) weight.size(0);
    }

    /** One map whose outputs are those of {@code maps} in a row, in {@code type}. */
    static Dense join(List<Dense> maps, ScalarType type) {
        return new Dense(Ops.cat(maps.stream().map(m -> cast(m.weight, type)).toList(), 0), joinedBias(maps, type));
    }

    /** The biases of {@code maps} in a row; a missing one is 0 where another map has one. */
    public static Optional<Tensor> joinedBias(List<Dense> maps, ScalarType type) {
        return maps.stream().anyMatch(m -> m.bias.isPresent())
                ? Optional.of(
                        Ops.cat(maps.stream().map(m -> m.biasOrZeros(type)).toList(), 0))
                : Optional.empty();
    }

    private Tensor biasOrZeros(ScalarType type) {
        return bias.map(b -> cast(b, type)).orElseGet(() -> Ops.zeros(type, outputs()));
    }

    /** {@code t} in number type {@code type}: itself where it already is. */
    static Tensor cast(Tensor t, ScalarType type) {
        return t.scalar_type().intern() == type.intern() ? t : t.to(type);
    }
}
