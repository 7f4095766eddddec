package chainrule.studies.training;

import chainrule.Progress;
import chainrule.model.Decoder;
import chainrule.nn.Compute;
import chainrule.nn.Tree;
import chainrule.objective.Batch;
import chainrule.objective.Loss;
import chainrule.objective.Objective;
import chainrule.optim.AdamW;
import chainrule.optim.Optimizer;
import chainrule.optim.Pass;
import chainrule.optim.Schedule;
import chainrule.studies.Lab;
import chainrule.tensor.Counter;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.List;
import java.util.Locale;
import org.bytedeco.pytorch.NoGradGuard;

/**
 * How a copy of a model is trained: with AdamW without weight decay at a constant rate after warm-up, the products in the
 * number type that training takes on this machine.
 *
 * @param steps of the optimizer
 * @param rows of a batch
 * @param warmUp steps of linear growth
 * @param rate the learning rate
 * @param clip the longest gradient
 */
record Course(int steps, int rows, int warmUp, double rate, double clip) {
    /**
     * A trained copy of {@code base}, owned by the caller. Its rows depend on the seed alone, not on the objective.
     *
     * @throws IllegalStateException where the loss is no number
     */
    Decoder trained(Decoder base, Objective objective, Material material, long seed, String name, Lab lab) {
        Decoder copy = copy(base);
        try (Optimizer.Run run = new AdamW(rate, 0.9, 0.999, 1e-8, 0, clip).start(copy.parameters());
                Progress progress = lab.progress(name, steps)) {
            for (int step = 0; step < steps; step++) {
                try (var _ = new Scope()) {
                    Batch batch = batch(material.training(), seed, step);
                    Part part = new Part(copy.in(Compute.forTraining()), objective, batch, objective.counts(batch));
                    Optimizer.Update update =
                            run.step(List.of(part), new Schedule.Constant(warmUp).factor(step + 1, steps));
                    if (!update.finite()) {
                        throw new IllegalStateException(name + ": the loss of step " + (step + 1) + " is no number");
                    }
                    progress.update(step + 1, String.format(Locale.ROOT, "loss %.3f", update.loss()));
                }
            }
        } catch (RuntimeException e) {
            copy.close();
            throw e;
        }
        return copy;
    }

    private static Decoder copy(Decoder base) {
        try (var _ = new Scope()) {
            return Tree.map(base, (_, p) -> Scope.own(p.detach().clone()));
        }
    }

    private Batch batch(List<int[]> all, long seed, int step) {
        Counter draws = Counter.of(seed, "rows");
        int[][] chosen = new int[rows][];
        for (int b = 0; b < rows; b++) {
            chosen[b] = all.get((int) (draws.uniform((long) step * rows + b) * all.size()));
        }
        return Batch.of(Ops.ids(chosen));
    }

    /** A step's only part. */
    private record Part(Decoder lm, Objective objective, Batch batch, double[] terms) implements Pass {
        @Override
        public double value() {
            try (var _ = new Scope();
                    var _ = new NoGradGuard()) {
                return objective.loss(lm, batch, terms).total().item_double();
            }
        }

        @Override
        public double backward() {
            try (var _ = new Scope()) {
                Loss loss = objective.loss(lm, batch, terms);
                loss.total().backward();
                return loss.total().item_double();
            }
        }
    }
}
