package chainrule.nn;

import chainrule.tensor.Codes;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * The linear map of a weight that is kept as a quantised file has it.
 *
 * @param weight W: [O,I]
 * @param bias b: [O]
 */
public record Quantised(Codes weight, Optional<Tensor> bias) implements Linear {
    @Override
    public Tensor apply(Tensor x) {
        return new Dense(floats(), bias).apply(x);
    }

    @Override
    public Tensor floats() {
        return weight.floats();
    }

    @Override
    public int inputs() {
        return weight.inputs();
    }

    @Override
    public int outputs() {
        return weight.outputs();
    }
}
