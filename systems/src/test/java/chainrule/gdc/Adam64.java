package chainrule.gdc;

import chainrule.control.GoldenGdc;
import chainrule.nn.Tree;
import chainrule.optim.Optimizer;
import chainrule.optim.Pass;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Adam on one float64 tensor as the authors' trainer uses it: gradients of a step's parts are summed although each is a mean
 * (here {@code scale} times the share of the step's mean), and the sum so far is clipped after every part.
 */
record Adam64(double learningRate, double scale, double clip, List<Double> losses) implements Optimizer.Custom {
    Adam64(double learningRate, double scale, double clip) {
        this(learningRate, scale, clip, new ArrayList<>());
    }

    @Override
    public String toString() {
        return "adam in float64";
    }

    @Override
    public Run start(Tree parameters) {
        Tensor table = parameters.tensors().sequencedValues().getFirst();
        table.set_requires_grad(true);
        return new Moving(this, table, new double[(int) table.numel()], new double[(int) table.numel()]);
    }

    private static final class Moving implements Run {
        private final Adam64 settings;
        private final Tensor table;
        private final double[] mean;
        private final double[] square;
        private int steps;

        Moving(Adam64 settings, Tensor table, double[] mean, double[] square) {
            this.settings = settings;
            this.table = table;
            this.mean = mean;
            this.square = square;
        }

        @Override
        public Optimizer.Update step(List<Pass> parts, double factor) {
            try (var _ = new Scope()) {
                double sum = 0;
                for (Pass part : parts) {
                    double loss = part.backward();
                    settings.losses.add(settings.scale * loss);
                    sum += loss;
                    if (settings.clip > 0) {
                        double norm = settings.scale * table.grad().norm().item_double();
                        table.mutable_grad().mul_(new Scalar(Math.min(1, settings.clip / (norm + 1e-6))));
                    }
                }
                move(GoldenGdc.values(table.grad()));
                table.mutable_grad().reset();
                return new Optimizer.Update(sum, 1);
            }
        }

        private void move(double... gradient) {
            double[] values = GoldenGdc.values(table);
            steps++;
            for (int i = 0; i < values.length; i++) {
                double g = settings.scale * gradient[i];
                mean[i] = 0.9 * mean[i] + 0.1 * g;
                square[i] = 0.999 * square[i] + 0.001 * g * g;
                double root = Math.sqrt(square[i]) / Math.sqrt(1 - Math.pow(0.999, steps)) + 1e-8;
                values[i] -= settings.learningRate / (1 - Math.pow(0.9, steps)) * mean[i] / root;
            }
            try (var _ = new NoGradGuard()) {
                Ops.segment(table).copyFrom(MemorySegment.ofArray(values));
            }
        }

        @Override
        public SequencedMap<String, Tensor> state() {
            return new LinkedHashMap<>();
        }

        @Override
        public void restore(SequencedMap<String, Tensor> saved) {}

        @Override
        public void close() {
            table.set_requires_grad(false);
        }
    }
}
