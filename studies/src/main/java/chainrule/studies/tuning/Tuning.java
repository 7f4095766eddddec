package chainrule.studies.tuning;

import chainrule.Progress;
import chainrule.model.CausalLM;
import chainrule.nn.Tree;
import chainrule.objective.Choice;
import chainrule.objective.Choices;
import chainrule.optim.Optimizer;
import chainrule.studies.Lab;
import chainrule.tensor.Counter;
import chainrule.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * A run on choices. Five times on the way, evenly spaced, it is judged on others; the best of these parameters stay.
 *
 * @param steps of {@code batch} choices, drawn with replacement
 */
record Tuning(String name, Optimizer optimizer, int steps, int batch, long seed) {
    private static final int CHECKS = 5;
    private static final int READ = 25;

    /**
     * What came of it.
     *
     * @param dev percent right, of the parameters that stay
     * @param losses of all steps
     */
    record Result(double dev, List<Double> losses, double seconds) {}

    /** @param parameters of {@code lm}, those that move */
    Result run(CausalLM lm, Tree parameters, List<Choice> train, List<Choice> dev, Lab lab) {
        long began = System.nanoTime();
        List<Double> losses = new ArrayList<>();
        double best = -1;
        SequencedMap<String, Tensor> kept = new LinkedHashMap<>();
        try (Progress progress = lab.progress(name, steps)) {
            try (Optimizer.Run run = optimizer.start(parameters)) {
                for (int step = 0; step < steps; step++) {
                    losses.add(
                            run.step(List.of(batch(train, step).pass(lm, 1)), 1).loss());
                    progress.update(step + 1L, "loss " + losses.getLast());
                    if ((step + 1) % Math.max(1, steps / CHECKS) == 0) {
                        double percent = Shares.of(dev, answers(lm, dev)).percent();
                        if (percent > best) {
                            best = percent;
                            keep(parameters, kept);
                        }
                    }
                }
            }
            try (var _ = new Scope();
                    var _ = new NoGradGuard()) {
                kept.forEach((path, p) -> parameters.get(path).copy_(p));
            }
        } finally {
            kept.values().forEach(Scope::free);
        }
        return new Result(best, losses, (System.nanoTime() - began) / 1e9);
    }

    private static void keep(Tree parameters, SequencedMap<String, Tensor> kept) {
        kept.values().forEach(Scope::free);
        kept.clear();
        try (var _ = new Scope()) {
            parameters
                    .tensors()
                    .forEach((path, p) -> kept.put(path, Scope.own(p.detach().clone())));
        }
    }

    Choices batch(List<Choice> train, long step) {
        Counter draw = Counter.of(seed, step);
        return new Choices(IntStream.range(0, batch)
                .mapToObj(i -> train.get((int) (draw.uniform(i) * train.size())))
                .toList());
    }

    /** What a model says to many choices: read in the order of their lengths, answered in their own. */
    static List<double[]> answers(CausalLM lm, List<Choice> choices) {
        List<Integer> order = IntStream.range(0, choices.size())
                .boxed()
                .sorted(Comparator.comparingInt(i -> choices.get(i).prompt().length))
                .toList();
        double[][] found = new double[choices.size()][];
        for (int from = 0; from < order.size(); from += READ) {
            List<Integer> some = order.subList(from, Math.min(from + READ, order.size()));
            List<double[]> said = new Choices(some.stream().map(choices::get).toList()).answers(lm);
            for (int i = 0; i < some.size(); i++) {
                found[some.get(i)] = said.get(i);
            }
        }
        return Arrays.asList(found);
    }
}
