package chainrule.optim;

import chainrule.BadInput;
import chainrule.nn.Tree;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Predicate;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** One training run under {@link AdamW}: the moments of every parameter and the number of steps taken. */
final class AdamWRun implements Optimizer.Run {
    private final AdamW settings;
    private final List<Moments> moments;
    private final Tensor steps;

    /** m and v of the parameter at {@code path}. */
    private record Moments(String path, Tensor parameter, Tensor mean, Tensor square) {
        static Moments of(String path, Tensor parameter) {
            if (parameter.scalar_type().intern() != ScalarType.Float || !parameter.is_contiguous()) {
                throw new IllegalArgumentException(path + " cannot be trained: it must be float32 and contiguous");
            }
            parameter.set_requires_grad(true);
            return new Moments(path, parameter, zeros(parameter.shape()), zeros(parameter.shape()));
        }

        Tensor gradient() {
            return parameter.grad();
        }

        boolean decayed() {
            return AdamW.decays(path, parameter);
        }
    }

    AdamWRun(AdamW settings, Tree parameters) {
        this.settings = settings;
        this.steps = zeros();
        this.moments = parameters.tensors().entrySet().stream()
                .map(e -> Moments.of(e.getKey(), e.getValue()))
                .toList();
    }

    @Override
    public Optimizer.Update step(List<Pass> parts, double factor) {
        try (var _ = new Scope()) {
            double loss = 0;
            for (Pass part : parts) {
                loss += part.backward();
            }
            try (var _ = new NoGradGuard()) {
                var reached =
                        moments.stream().filter(m -> m.gradient().defined()).toList();
                var update = new Optimizer.Update(loss, norm(reached));
                if (update.finite()) {
                    steps.add_(new Scalar(1));
                    move(reached, Moments::decayed, update, factor);
                    move(reached, m -> !m.decayed(), update, factor);
                }
                reached.forEach(m -> m.parameter.mutable_grad().reset());
                return update;
            }
        }
    }

    private void move(List<Moments> all, Predicate<Moments> group, Optimizer.Update update, double factor) {
        List<Moments> some = all.stream().filter(group).toList();
        boolean decayed = some.stream().anyMatch(Moments::decayed);
        FusedAdamW.step(
                new FusedAdamW.Tensors(
                        some.stream().map(Moments::parameter).toList(),
                        some.stream().map(m -> m.gradient().contiguous()).toList(),
                        some.stream().map(Moments::mean).toList(),
                        some.stream().map(Moments::square).toList(),
                        steps),
                settings,
                settings.learningRate() * factor,
                decayed ? settings.weightDecay() : 0,
                shrink(update.gradientNorm()));
    }

    /** What the gradient is multiplied by so that it is no longer than the clip. */
    private double shrink(double norm) {
        return settings.clip() == 0 ? 1 : Math.min(1, settings.clip() / (norm + 1e-6));
    }

    private static double norm(List<Moments> reached) {
        if (reached.isEmpty()) {
            return 0;
        }
        return Ops.stack(reached.stream().map(m -> m.gradient().norm()).toList(), 0)
                .norm()
                .item_double();
    }

    @Override
    public SequencedMap<String, Tensor> state() {
        SequencedMap<String, Tensor> state = new LinkedHashMap<>();
        state.put("step", steps);
        for (Moments m : moments) {
            state.put("exp_avg." + m.path, m.mean);
            state.put("exp_avg_sq." + m.path, m.square);
        }
        return state;
    }

    @Override
    public void restore(SequencedMap<String, Tensor> saved) {
        var mine = state();
        if (!saved.keySet().equals(mine.keySet())) {
            throw new BadInput("The saved optimizer state belongs to other parameters: it has " + saved.size()
                    + " tensors where this model needs " + mine.size()
                    + ". Resume with the model that the run trained.");
        }
        mine.forEach((name, tensor) -> {
            Tensor from = saved.get(name);
            if (from == null || !Arrays.equals(from.shape(), tensor.shape())) {
                throw new BadInput("The saved optimizer state's tensor " + name
                        + " has another shape than this model's. Resume with the model that the run trained.");
            }
            try (var _ = new Scope()) {
                tensor.copy_(from);
            }
        });
    }

    @Override
    public void close() {
        Scope.free(steps);
        for (Moments m : moments) {
            m.parameter.mutable_grad().reset();
            m.parameter.set_requires_grad(false);
            Scope.free(m.mean);
            Scope.free(m.square);
        }
    }

    private static Tensor zeros(long... shape) {
        try (var _ = new Scope()) {
            return Scope.own(Ops.zeros(ScalarType.Float, shape));
        }
    }
}
