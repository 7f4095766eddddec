package chainrule.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import chainrule.nn.Draw;
import chainrule.nn.Init;
import chainrule.nn.Part;
import chainrule.nn.Tree;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** What holds for every optimizer. */
abstract class OptimizerContract {
    abstract Optimizer optimizer();

    /** Parameters of several shapes, owned by the caller. */
    static Tree parameters() {
        Init init = Init.random(11);
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("embed", init.get("embed", new Draw.Normal(1), Part.WHOLE, 5, 3));
        tensors.put("blocks.0.up.weight", init.get("up", new Draw.Normal(1), Part.WHOLE, 4, 3));
        tensors.put("norm.weight", init.get("norm", Draw.ONES, Part.WHOLE, 3));
        return new Tree(tensors);
    }

    @Test
    void stepsLeadDownhill() {
        try (Tree tree = parameters();
                Optimizer.Run run = optimizer().start(tree)) {
            Bowl bowl = new Bowl(tree, 1, 0.3);
            double before = bowl.value();
            for (int i = 0; i < 200; i++) {
                run.step(List.of(bowl), 1);
            }
            assertThat(bowl.value()).isLessThan(0.5 * before);
        }
    }

    @Test
    void theLossIsTheSumOfTheParts() {
        try (Tree tree = parameters();
                Optimizer.Run run = optimizer().start(tree)) {
            Bowl quarter = new Bowl(tree, 0.25, 0.3);
            double whole = new Bowl(tree, 1, 0.3).value();
            double loss =
                    run.step(List.of(quarter, quarter, quarter, quarter), 1).loss();
            assertThat(loss).isCloseTo(whole, org.assertj.core.api.Assertions.within(1e-5 * whole));
        }
    }

    @Test
    void aRestoredRunGoesOnBitForBit() {
        try (Tree tree = parameters();
                Tree copy = parameters();
                Optimizer.Run run = optimizer().start(tree);
                Optimizer.Run other = optimizer().start(copy)) {
            steps(run, tree, 3);
            try (var _ = new Scope()) {
                var saved = new LinkedHashMap<String, Tensor>();
                run.state().forEach((name, t) -> saved.put(name, t.clone()));
                copy.tensors()
                        .forEach((path, p) -> p.detach().copy_(tree.get(path).detach()));
                steps(run, tree, 2);
                other.restore(saved);
                steps(other, copy, 2);
            }
            assertThat(values(copy)).isEqualTo(values(tree));
        }
    }

    @Test
    void anotherModelsStateIsRefused() {
        try (Tree tree = parameters();
                Optimizer.Run run = optimizer().start(tree);
                var _ = new Scope()) {
            var foreign = new LinkedHashMap<String, Tensor>();
            foreign.put("other", Ops.tensor(new float[1]));
            assertThatThrownBy(() -> run.restore(foreign)).isInstanceOf(BadInput.class);
        }
    }

    @Test
    void aLossThatIsNotFiniteMovesNothing() {
        try (Tree tree = parameters();
                Optimizer.Run run = optimizer().start(tree)) {
            steps(run, tree, 1);
            List<Float> before = values(tree);
            assertThat(run.step(List.of(new Bowl(tree, Double.NaN, 0)), 1).finite())
                    .isFalse();
            unmoved(values(tree), before);
            steps(run, tree, 1);
            assertThat(values(tree)).doesNotContain(Float.NaN).isNotEqualTo(before);
        }
    }

    /** Checks that a step that was refused moved nothing. */
    void unmoved(List<Float> now, List<Float> before) {
        assertThat(now).isEqualTo(before);
    }

    @Test
    void afterARunTheParametersAskForNothing() {
        try (Tree tree = parameters()) {
            optimizer().start(tree).close();
            assertThat(tree.tensors().values()).noneMatch(Tensor::requires_grad);
        }
    }

    private static void steps(Optimizer.Run run, Tree tree, int count) {
        for (int i = 0; i < count; i++) {
            run.step(List.of(new Bowl(tree, 1, 0.3)), 1);
        }
    }

    static List<Float> values(Tree tree) {
        try (var _ = new Scope()) {
            var all = new java.util.ArrayList<Float>();
            tree.tensors().values().forEach(p -> {
                for (float x : Ops.floats(p)) {
                    all.add(x);
                }
            });
            return all;
        }
    }
}
