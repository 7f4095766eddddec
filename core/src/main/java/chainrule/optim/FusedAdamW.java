package chainrule.optim;

import chainrule.tensor.Ops;
import java.util.List;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorType;
import org.bytedeco.pytorch.Type;

/** libtorch's AdamW over many tensors in one pass through memory, which is reached by name only. */
final class FusedAdamW {
    /** Parameters, their gradients and moments in one order; the number of steps, this one included. */
    record Tensors(
            List<Tensor> parameters, List<Tensor> gradients, List<Tensor> means, List<Tensor> squares, Tensor step) {}

    private FusedAdamW() {}

    /** Moves the parameters and moments in place. @param shrink what every gradient is multiplied by first */
    static void step(Tensors t, AdamW settings, double learningRate, double weightDecay, double shrink) {
        if (t.parameters.isEmpty()) {
            return;
        }
        IValue scale = shrink == 1 ? new IValue() : new IValue(Ops.tensor(new float[] {(float) (1 / shrink)}));
        operator()
                .callBoxed(new IValueVector(
                        list(t.parameters),
                        list(t.gradients),
                        list(t.means),
                        list(t.squares),
                        list(List.of()),
                        list(t.parameters.stream().map(_ -> t.step).toList()),
                        new IValue(learningRate),
                        new IValue(settings.beta1()),
                        new IValue(settings.beta2()),
                        new IValue(weightDecay),
                        new IValue(settings.epsilon()),
                        new IValue(false),
                        new IValue(false),
                        scale,
                        new IValue()));
    }

    private static OperatorHandle operator() {
        return Dispatcher.singleton().findSchemaOrThrow("aten::_fused_adamw_", "");
    }

    private static IValue list(List<Tensor> tensors) {
        GenericList list = new GenericList(new Type.TypePtr((Type) TensorType.get()));
        tensors.forEach(t -> list.push_back(new IValue(t)));
        return new IValue(list);
    }
}
