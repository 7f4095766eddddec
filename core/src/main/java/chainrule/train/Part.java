package chainrule.train;

import chainrule.model.Net;
import chainrule.objective.Batch;
import chainrule.objective.Objective;
import chainrule.optim.Pass;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** One batch's share of a step's mean loss. It remembers what it found last. */
final class Part implements Pass {
    private final Net net;
    private final Objective objective;
    private final Batch batch;
    private final double terms;
    private double last;

    /** @param terms of the whole step */
    Part(Net net, Objective objective, Batch batch, double terms) {
        this.net = net;
        this.objective = objective;
        this.batch = batch;
        this.terms = terms;
    }

    @Override
    public double value() {
        try (var _ = new Scope();
                var _ = new NoGradGuard()) {
            return remember(objective.sum(net, batch));
        }
    }

    @Override
    public double backward() {
        try (var _ = new Scope()) {
            Tensor sum = objective.sum(net, batch);
            if (sum.requires_grad()) {
                Ops.mul(sum, 1 / terms).backward();
            }
            return remember(sum);
        }
    }

    Batch batch() {
        return batch;
    }

    /** What the last pass found. */
    double last() {
        return last;
    }

    private double remember(Tensor sum) {
        last = sum.item_double() / terms;
        return last;
    }
}
