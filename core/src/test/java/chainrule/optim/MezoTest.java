package chainrule.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chainrule.BadInput;
import chainrule.Spec;
import chainrule.nn.Tree;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MezoTest extends OptimizerContract {
    private static final String[] VARIANTS = {
        "mezo:learningRate=0.01,epsilon=1e-3,seed=4",
        "mezo:learningRate=0.01,samples=3,growth=4,weightDecay=0.1",
        "mezo:learningRate=0.01,layers=(scaled:norm=gradient)",
        "mezo:learningRate=0.01,layers=one-by-one",
        "mezo:learningRate=0.01,moments=(momentum:beta=0.5,window=3)",
        "mezo:learningRate=0.01,moments=adam"
    };

    @Override
    Optimizer optimizer() {
        return new Mezo(0.01, 1e-3, 3);
    }

    /** The way to both sides and back costs at most two units in the last place. */
    @Override
    void unmoved(List<Float> now, List<Float> before) {
        for (int i = 0; i < now.size(); i++) {
            assertThat(now.get(i)).isCloseTo(before.get(i), within(2 * Math.ulp(before.get(i) + 0.01f)));
        }
    }

    /** L = (3x² + y²)/2 at (1, 2) along z = (0.5, −1): for a quadratic p is z·∇L. */
    @Test
    void aStepOnAQuadraticIsExact() {
        try (var _ = new Scope()) {
            Tensor w = Ops.tensor(new float[] {1, 2}, 2).to(ScalarType.Double);
            Pass loss = new Scalar() {
                @Override
                public double value() {
                    double x = w.select(0, 0).item_double();
                    double y = w.select(0, 1).item_double();
                    return (3 * x * x + y * y) / 2;
                }
            };
            Noise noise = (_, _, _, z, _) -> {
                z[0] = 0.5f;
                z[1] = -1;
            };
            Tree tree = new Tree(new TreeMap<>(Map.of("w", w)));
            try (var run = new MezoRun(new Mezo(0.1, 1e-3, 0), tree, noise, (_, _) -> true, Optional.empty())) {
                Optimizer.Update update = run.step(List.of(loss), 1);
                assertThat(update.loss()).isCloseTo((3.499500875 + 3.500500875) / 2, within(1e-12));
                assertThat(update.gradientNorm()).isCloseTo(0.5, within(1e-9));
            }
            assertThat(w.select(0, 0).item_double()).isCloseTo(1.025, within(1e-9));
            assertThat(w.select(0, 1).item_double()).isCloseTo(1.95, within(1e-9));
        }
    }

    /** E p² = ‖g‖², E ‖ĝ‖² = (d+n+1)/n ‖g‖² and E ĝ = g, for d = 4 and a loss that is linear. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void theEstimateHasTheGradientsMeanAndAKnownSpread(int samples) {
        double[] slope = {1, -2, 0.5, 3};
        double square = 14.25;
        int trials = 20_000;
        double[] mean = new double[4];
        double length = 0;
        double projections = 0;
        try (var _ = new Scope()) {
            Tensor w = Ops.zeros(ScalarType.Double, 4);
            Pass loss = new Scalar() {
                @Override
                public double value() {
                    double sum = 0;
                    for (int i = 0; i < 4; i++) {
                        sum += slope[i] * at(w, i);
                    }
                    return sum;
                }
            };
            Tree tree = new Tree(new TreeMap<>(Map.of("w", w)));
            var settings = new Mezo(1, 1e-3, samples, 0, 0, new Layers.Together(), new Moments.None(), 5);
            try (Optimizer.Run run = settings.start(tree)) {
                for (int t = 0; t < trials; t++) {
                    w.zero_();
                    double norm = run.step(List.of(loss), 1).gradientNorm();
                    projections += norm * norm / trials;
                    for (int i = 0; i < 4; i++) {
                        mean[i] -= at(w, i) / trials;
                        length += at(w, i) * at(w, i) / trials;
                    }
                }
            }
        }
        assertThat(mean).containsExactly(slope, within(0.15));
        assertThat(projections).isCloseTo(square, within(0.6));
        assertThat(length / square).isCloseTo((4.0 + samples + 1) / samples, within(samples == 1 ? 0.4 : 0.25));
    }

    @Test
    void theProjectionTendsToTheDerivativeAlongZ() {
        try (MezoGolden golden = MezoGolden.open();
                var _ = new Scope();
                Tree tree = MezoToy.start(golden, ScalarType.Double)) {
            var toy = new MezoToy(
                    tree,
                    golden.tensors().read("toy.batch.1.x"),
                    golden.tensors().read("toy.batch.1.labels"),
                    false,
                    new java.util.ArrayList<>());
            tree.tensors().values().forEach(p -> p.set_requires_grad(true));
            toy.loss().backward();
            double along = 0;
            for (var e : tree.tensors().entrySet()) {
                float[] g = Ops.floats(e.getValue().grad());
                float[] z = new float[g.length];
                new Ziggurat(9).fill(new Noise.Index(0, 0), e.getKey(), 0, z, z.length);
                for (int i = 0; i < g.length; i++) {
                    along += (double) g[i] * z[i];
                }
                e.getValue().mutable_grad().reset();
                e.getValue().set_requires_grad(false);
            }
            try (Optimizer.Run run = new Mezo(1e-9, 1e-5, 9).start(tree)) {
                assertThat(run.step(List.of(toy), 1).gradientNorm()).isCloseTo(Math.abs(along), within(1e-6));
            }
        }
    }

    /** The rate 0 leaves parameters as they were; one kept from the optimizer never changes. */
    @Test
    void aStepThatGoesNowhereComesBack() {
        try (Tree tree = parameters()) {
            SequencedMap<String, Tensor> some = new LinkedHashMap<>(tree.tensors());
            some.remove("embed");
            List<Float> before = values(tree);
            try (Optimizer.Run run = optimizer().start(new Tree(some))) {
                run.step(List.of(new Bowl(tree, 1, 0.3)), 0);
            }
            unmoved(values(tree), before);
            assertThat(values(tree).subList(0, 15)).isEqualTo(before.subList(0, 15));
        }
    }

    @Test
    void normsAreNotDecayed() {
        try (Tree tree = parameters();
                Optimizer.Run run = Spec.parse("mezo:learningRate=0.5,weightDecay=0.5", Optimizer.class)
                        .start(tree)) {
            List<Float> before = values(tree);
            run.step(List.of(new Bowl(tree, 0, 0)), 1);
            List<Float> after = values(tree);
            for (int i = 0; i < after.size(); i++) {
                float kept = i < after.size() - 3 ? 0.75f : 1;
                assertThat(after.get(i)).isCloseTo(kept * before.get(i), within(1e-6f));
            }
        }
    }

    @Test
    void noGradientIsEverAskedFor() {
        for (String variant : VARIANTS) {
            try (Tree tree = parameters();
                    Optimizer.Run run = Spec.parse(variant, Optimizer.class).start(tree)) {
                run.step(
                        List.of(new Scalar() {
                            @Override
                            public double value() {
                                assertThat(tree.tensors().values()).noneMatch(Tensor::requires_grad);
                                return 1;
                            }
                        }),
                        1);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mezo:learningRate=0.01,epsilon=1e-3,seed=4",
                "mezo:learningRate=0.01,samples=3,growth=4,weightDecay=0.1",
                "mezo:learningRate=0.01,layers=(scaled:norm=gradient)",
                "mezo:learningRate=0.01,layers=one-by-one",
                "mezo:learningRate=0.01,moments=(momentum:beta=0.5,window=3)",
                "mezo:learningRate=0.01,moments=adam"
            })
    void theLogLeadsFromTheStartToTheSameWeightsAndARestoredRunGoesOn(String variant) {
        Mezo mezo = (Mezo) Spec.parse(variant, Optimizer.class);
        assertThat(Spec.parse(Spec.format(mezo), Optimizer.class)).isEqualTo(mezo);
        try (Tree tree = parameters();
                Tree again = parameters();
                Tree resumed = parameters();
                var _ = new Scope();
                Optimizer.Run run = mezo.start(tree)) {
            double first = new Bowl(tree, 1, 0.3).value();
            for (int i = 0; i < 6; i++) {
                run.step(List.of(new Bowl(tree, 1, 0.3)), i < 3 ? 1 : 0.5);
            }
            run.step(List.of(new Bowl(tree, Double.NaN, 0)), 1);
            run.step(List.of(new Bowl(tree, 1, 0.3)), 0.25);
            var saved = new LinkedHashMap<String, Tensor>();
            run.state().forEach((name, t) -> saved.put(name, t.clone()));
            mezo.replay(again, saved);
            assertThat(values(again)).isEqualTo(values(tree));
            resumed.tensors().forEach((path, p) -> p.copy_(tree.get(path)));
            try (Optimizer.Run other = mezo.start(resumed)) {
                other.restore(saved);
                for (int i = 0; i < 20; i++) {
                    run.step(List.of(new Bowl(tree, 1, 0.3)), 1);
                    other.step(List.of(new Bowl(resumed, 1, 0.3)), 1);
                }
            }
            assertThat(values(resumed)).isEqualTo(values(tree)).isNotEqualTo(values(again));
            assertThat(new Bowl(tree, 1, 0.3).value()).isLessThan(first);
        }
    }

    @Test
    void momentumIsTheMeanOfPastEstimates() {
        double[] slopes = {1, -0.5, 2, 0.25, 3};
        double[] w = new double[3];
        double[] mean = new double[3];
        var settings = new Mezo(0.1, 1e-3, 1, 0, 0, new Layers.Together(), new Moments.Momentum(0.8, 9), 2);
        try (var _ = new Scope()) {
            Tensor p = Ops.zeros(ScalarType.Double, 3);
            try (Optimizer.Run run = settings.start(new Tree(new TreeMap<>(Map.of("w", p))))) {
                for (int t = 0; t < 5; t++) {
                    double slope = slopes[t];
                    run.step(
                            List.of(new Scalar() {
                                @Override
                                public double value() {
                                    return slope * (at(p, 0) + at(p, 1) - at(p, 2));
                                }
                            }),
                            1);
                    float[] z = new float[3];
                    new Ziggurat(2).fill(new Noise.Index(t, 0), "w", 0, z, 3);
                    double projected = slope * ((double) z[0] + z[1] - z[2]);
                    for (int i = 0; i < 3; i++) {
                        mean[i] = 0.8 * mean[i] + 0.2 * projected * z[i];
                        w[i] -= 0.1 * mean[i] / (1 - Math.pow(0.8, t + 1));
                        assertThat(at(p, i)).isCloseTo(w[i], within(1e-8));
                    }
                }
            }
        }
    }

    @Test
    void theLogOf20000StepsIsSmallerThanATenthOfAMegabyte() {
        try (Tree tree = parameters();
                Optimizer.Run run = new Mezo().start(tree)) {
            for (int i = 0; i < 20_000; i++) {
                run.step(
                        List.of(new Scalar() {
                            @Override
                            public double value() {
                                return 1;
                            }
                        }),
                        1);
            }
            try (var _ = new Scope()) {
                long bytes = run.state().values().stream()
                        .mapToLong(t -> t.numel() * t.element_size())
                        .sum();
                assertThat(bytes).isBetween(80_000L, 100_000L);
            }
        }
    }

    @Test
    void aStateOfAnotherSeedOrOfOtherParametersIsRefused() {
        try (Tree tree = parameters();
                var _ = new Scope();
                Optimizer.Run run = new Mezo(0.01, 1e-3, 1).start(tree)) {
            run.step(List.of(new Bowl(tree, 1, 0)), 1);
            var saved = new LinkedHashMap<String, Tensor>();
            run.state().forEach((name, t) -> saved.put(name, t.clone()));
            assertThatThrownBy(() -> new Mezo(0.01, 1e-3, 2).replay(tree, saved))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("seed 1");
            SequencedMap<String, Tensor> fewer = new LinkedHashMap<>(tree.tensors());
            fewer.remove("embed");
            assertThatThrownBy(() -> new Mezo(0.01, 1e-3, 1).replay(new Tree(fewer), saved))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("other parameters");
            saved.put("step", Ops.tensor(new long[] {5}, 1));
            assertThatThrownBy(() -> run.restore(saved)).isInstanceOf(BadInput.class);
        }
    }

    @Test
    void groupsAreTheBlocksAndWhatStandsOutside() {
        assertThat(Layers.group("blocks.11.attention.q.weight")).contains("blocks.11");
        assertThat(Layers.group("blocks.1.mlpNorm.weight")).contains("blocks.1");
        assertThat(Layers.group("positions.weight")).contains("positions");
        assertThat(Layers.group("embed")).contains("embed");
        assertThat(Layers.group("norm.weight")).isEmpty();
    }

    @Test
    void impossibleSettingsAreRefused() {
        assertThatThrownBy(() -> Spec.parse("mezo:learningRate=0", Optimizer.class))
                .hasMessageContaining("learning rate");
        assertThatThrownBy(() -> Spec.parse("mezo:epsilon=-1", Optimizer.class)).hasMessageContaining("ε");
        assertThatThrownBy(() -> Spec.parse("mezo:samples=0", Optimizer.class)).hasMessageContaining("samples");
        assertThatThrownBy(() -> Spec.parse("mezo:moments=(momentum:beta=1)", Optimizer.class))
                .hasMessageContaining("β");
    }

    private static double at(Tensor w, int i) {
        try (var _ = new Scope()) {
            return w.select(0, i).item_double();
        }
    }

    /** A loss without a gradient. */
    private abstract static class Scalar implements Pass {
        @Override
        public double backward() {
            throw new AssertionError("this optimizer asks for no gradient");
        }
    }
}
