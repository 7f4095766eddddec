package chainrule.train;

import chainrule.model.Net;
import chainrule.objective.Batch;
import chainrule.objective.Loss;
import chainrule.objective.Objective;
import chainrule.optim.Pass;
import chainrule.tensor.Scope;
import org.bytedeco.pytorch.NoGradGuard;

/** One batch's share of a step's objective. It remembers what it found last. */
final class Part implements Pass {
    private final Net net;
    private final Objective objective;
    private final Batch batch;
    private final double[] terms;
    private double last;
    private double[] sums = {};

    /** @param terms of each of the objective's means in the whole step */
    Part(Net net, Objective objective, Batch batch, double... terms) {
        this.net = net;
        this.objective = objective;
        this.batch = batch;
        this.terms = terms;
    }

    @Override
    public double value() {
        try (var _ = new Scope();
                var _ = new NoGradGuard()) {
            return remember(objective.loss(net, batch, terms));
        }
    }

    @Override
    public double backward() {
        try (var _ = new Scope()) {
            Loss loss = objective.loss(net, batch, terms);
            if (loss.total().requires_grad()) {
                loss.total().backward();
            }
            return remember(loss);
        }
    }

    Batch batch() {
        return batch;
    }

    /** What the last pass found. */
    double last() {
        return last;
    }

    /** The sums of each mean's terms in this batch, as the last pass found them. */
    double[] sums() {
        return sums;
    }

    private double remember(Loss loss) {
        last = loss.total().item_double();
        sums = loss.sums();
        return last;
    }
}
