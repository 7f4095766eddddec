package chainrule.objective;

import chainrule.model.Net;
import chainrule.model.Step;
import org.bytedeco.pytorch.Tensor;

/** A mean of what a pass over the batch finds besides logits. It shares the pass with all other members of a sum. */
public sealed interface StepLoss extends Mean permits SimCtg {
    /** Σ of the batch's terms in the graph of {@code step}: a float64 scalar. */
    Tensor sum(Step step, Batch batch);

    @Override
    default Tensor sum(Net net, Batch batch) {
        return loss(net, batch, 1).total();
    }
}
