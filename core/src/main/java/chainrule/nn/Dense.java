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
    static Optional<Tensor> bias(Init init, String path, Shape shape) {
        return shape.bias()
                ? Optional.of(init.get(path + ".bias", Draw.ZEROS, Part.WHOLE, shape.outputs()))
                : Optional.empty();
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

    @Override
    public Tensor floats() {
        return cast(weight, ScalarType.Float);
    }

    /** One map whose outputs are those of {@code maps} in a row, in {@code type}. */
    static Dense join(List<Dense> maps, ScalarType type) {
        return new Dense(
                Ops.cat(maps.stream().map(m -> cast(m.weight, type)).toList(), 0), Linear.joinedBias(maps, type));
    }

    /** {@code t} in number type {@code type}: itself where it already is. */
    static Tensor cast(Tensor t, ScalarType type) {
        return t.scalar_type().intern() == type.intern() ? t : t.to(type);
    }
}
