package chainrule.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chainrule.model.Decoder;
import chainrule.model.Tiny;
import chainrule.nn.Tree;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdamWTest extends OptimizerContract {
    @Override
    Optimizer optimizer() {
        return new AdamW(0.02);
    }

    /** The algorithm in float64, element by element. */
    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 1000})
    void stepsFollowTheAlgorithm(double clip) {
        AdamW settings = new AdamW(0.05, 0.9, 0.95, 1e-8, 0.1, clip);
        try (Tree tree = parameters();
                Optimizer.Run run = settings.start(tree)) {
            Map<String, double[]> w = new TreeMap<>();
            Map<String, double[]> m = new TreeMap<>();
            Map<String, double[]> v = new TreeMap<>();
            tree.tensors().keySet().forEach(path -> w.put(path, values(tree, path)));
            w.forEach((path, x) -> {
                m.put(path, new double[x.length]);
                v.put(path, new double[x.length]);
            });
            for (int t = 1; t <= 4; t++) {
                double factor = 1.0 / t;
                double norm = Math.sqrt(w.values().stream()
                        .flatMapToDouble(java.util.Arrays::stream)
                        .map(x -> 4 * (x - 0.3) * (x - 0.3))
                        .sum());
                assertThat(run.step(List.of(new Bowl(tree, 1, 0.3)), factor).gradientNorm())
                        .isCloseTo(norm, within(1e-5 * norm));
                double scale = clip == 0 ? 1 : Math.min(1, clip / (norm + 1e-6));
                for (String path : w.keySet()) {
                    double decay = path.equals("blocks.0.up.weight") ? 0.1 : 0;
                    for (int i = 0; i < w.get(path).length; i++) {
                        double g = scale * 2 * (w.get(path)[i] - 0.3);
                        m.get(path)[i] = 0.9 * m.get(path)[i] + 0.1 * g;
                        v.get(path)[i] = 0.95 * v.get(path)[i] + 0.05 * g * g;
                        double mean = m.get(path)[i] / (1 - Math.pow(0.9, t));
                        double root = Math.sqrt(v.get(path)[i] / (1 - Math.pow(0.95, t))) + 1e-8;
                        w.get(path)[i] -= 0.05 * factor * (decay * w.get(path)[i] + mean / root);
                    }
                }
            }
            w.forEach((path, x) -> assertThat(values(tree, path)).as(path).containsExactly(x, within(1e-5)));
        }
    }

    @Test
    void matricesThatAreNoEmbeddingsAreDecayed() {
        assertThat(decayed(true))
                .contains("blocks.0.attention.out.weight", "blocks.1.mlp.up.weight")
                .doesNotContain("embed", "positions.weight", "norm.weight", "blocks.0.mlp.up.bias");
        assertThat(decayed(false)).contains("head.weight").doesNotContain("embed");
    }

    @Test
    void aParameterThatNoPassReachesStays() {
        try (Tree tree = parameters();
                Optimizer.Run run = optimizer().start(tree)) {
            double[] before = values(tree, "blocks.0.up.weight");
            run.step(List.of(new Bowl(new Tree(new TreeMap<>(Map.of("embed", tree.get("embed")))), 1, 0)), 1);
            assertThat(values(tree, "blocks.0.up.weight")).isEqualTo(before);
        }
    }

    @Test
    void impossibleSettingsAreRefused() {
        assertThatThrownBy(() -> new AdamW(0)).hasMessageContaining("learning rate");
        assertThatThrownBy(() -> new AdamW(1, 1, 0.9, 1e-8, 0, 0)).hasMessageContaining("β");
        assertThatThrownBy(() -> new AdamW(1, 0.9, 0.9, 1e-8, -1, 0)).hasMessageContaining("decay");
    }

    private static List<String> decayed(boolean tied) {
        try (Decoder lm = Tiny.decoder(Tiny.gpt2().tied(tied), 1)) {
            return lm.parameters().tensors().entrySet().stream()
                    .filter(e -> AdamW.decays(e.getKey(), e.getValue()))
                    .map(Map.Entry::getKey)
                    .toList();
        }
    }

    private static double[] values(Tree tree, String path) {
        try (var _ = new Scope()) {
            float[] narrow = Ops.floats(tree.get(path));
            double[] wide = new double[narrow.length];
            for (int i = 0; i < wide.length; i++) {
                wide[i] = narrow[i];
            }
            return wide;
        }
    }
}
