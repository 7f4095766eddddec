package chainrule.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chainrule.nn.Tree;
import chainrule.optim.MezoGolden.Recorded;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** The variants of the method's medium-sized code, four steps each on the toy, with its draws. */
class MezoVariantsGoldenTest {
    private static final List<String> GROUPS = List.of("embed", "layers.0.", "layers.1.", "lm_head");

    private final MezoGolden golden = MezoGolden.open();

    @AfterEach
    void close() {
        golden.close();
    }

    /** A run of a variant, whose losses and parameters are compared with the recorded ones. */
    private record Trial(
            JsonNode recorded, Mezo settings, boolean decayOfBiases, Optional<Optimizer> by, boolean wide) {}

    private static Mezo mezo(JsonNode c, double rate, int samples, int growth, Layers layers) {
        JsonNode s = c.required("settings");
        return new Mezo(
                rate,
                s.required("zero_order_eps").doubleValue(),
                samples,
                growth,
                s.required("weight_decay").doubleValue(),
                layers,
                new Moments.None(),
                0);
    }

    private JsonNode recorded(String index) {
        return golden.json()
                .required("medium")
                .valueStream()
                .filter(c -> c.required("index").stringValue().equals(index))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({
        "00,0.02,1,0,true", "01,0.02,3,0,true", "02,0.02,4,0,true", "03,0.02,8,4,true", "13,0.02,1,0,true",
        "00,0.02,1,0,false", "01,0.02,3,0,false", "02,0.02,4,0,false", "03,0.02,8,4,false", "13,0.02,1,0,false"
    })
    void samplesAndObjectivesAgree(String index, double rate, int samples, int growth, boolean wide) {
        JsonNode c = recorded(index);
        run(new Trial(c, mezo(c, rate, samples, growth, new Layers.Together()), true, Optional.empty(), wide));
    }

    @ParameterizedTest
    @CsvSource({"08,true,true", "09,false,true", "08,true,false", "09,false,false"})
    void groupsScaledByTheirParametersAgree(String index, boolean unbiased, boolean wide) {
        JsonNode c = recorded(index);
        Layers layers = new Layers.Scaled(Layers.Norm.PARAMETERS, unbiased);
        run(new Trial(c, mezo(c, 0.02, 1, 0, layers), true, Optional.empty(), wide));
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void groupsScaledByTheirEstimatedGradientsAgree(boolean wide) {
        JsonNode c = recorded("11");
        Layers layers = new Layers.Scaled(Layers.Norm.GRADIENT, true);
        run(new Trial(c, mezo(c, 0.02, 1, 0, layers), true, Optional.empty(), wide));
    }

    /** The scales are put into a run as one that was restored has them. */
    @ParameterizedTest
    @CsvSource({"true", "false"})
    void groupsScaledByTheirTrueGradientsAgree(boolean wide) {
        JsonNode c = recorded("10");
        Layers layers = new Layers.Scaled(Layers.Norm.PARAMETERS, true);
        run(new Trial(c, mezo(c, 0.02, 1, 0, layers), true, Optional.empty(), wide));
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void groupsOneByOneAgree(boolean wide) {
        JsonNode c = recorded("12");
        Layers layers = new Layers.OneByOne(Layers.Norm.PARAMETERS);
        run(new Trial(c, mezo(c, 0.02, 1, 0, layers), true, Optional.empty(), wide));
    }

    @ParameterizedTest
    @CsvSource({"04,1,0,true", "06,1,1,true", "07,2,0,true", "04,1,0,false", "06,1,1,false", "07,2,0,false"})
    void theReleasesAdamOnTheEstimateAgrees(String index, int samples, double clip, boolean wide) {
        JsonNode c = recorded(index);
        Mezo settings = mezo(c, 0.01, samples, 0, new Layers.Together());
        run(new Trial(c, settings, true, Optional.of(new ReleasedAdamW(0.01, settings.weightDecay(), clip)), wide));
    }

    /** Its decay is of every parameter but biases: under names and in shapes for which AdamW says the same. */
    @Test
    void adamWOnTheEstimateAgrees() {
        JsonNode c = recorded("05");
        Recorded drawn = drawn(c);
        try (var _ = new Scope();
                Tree tree = MezoToy.start(golden, ScalarType.Float)) {
            SequencedMap<String, Tensor> renamed = new LinkedHashMap<>();
            tree.tensors()
                    .forEach((path, p) ->
                            renamed.put("the_" + path, path.equals("layer_norm.weight") ? p.view(1, -1) : p));
            Noise noise = (index, path, from, z, count) -> drawn.fill(index, path.substring(4), from, z, count);
            Mezo settings = mezo(c, 0.01, 1, 0, new Layers.Together());
            var by = new AdamW(0.01, 0.9, 0.999, 1e-8, 0.1, 0);
            try (var run = new MezoRun(settings, new Tree(renamed), noise, (_, _) -> false, Optional.of(by))) {
                steps(c, run, tree, 1e-5, 1e-4);
            }
        }
    }

    private void run(Trial trial) {
        try (var _ = new Scope();
                Tree tree = MezoToy.start(golden, trial.wide ? ScalarType.Double : ScalarType.Float);
                var run = new MezoRun(
                        trial.settings, tree, drawn(trial.recorded), (_, _) -> trial.decayOfBiases, trial.by)) {
            if (trial.recorded.required("index").stringValue().equals("10")) {
                double[] d = trueGradients(tree);
                SequencedMap<String, Tensor> state = new LinkedHashMap<>(run.state());
                Tensor scales = Ops.empty(ScalarType.Double, d.length);
                Ops.segment(scales).copyFrom(MemorySegment.ofArray(d));
                state.put("scales", scales);
                run.restore(state);
            }
            double parameters = trial.wide ? 1e-7 : trial.by.isPresent() ? 1e-4 : 1e-5;
            steps(trial.recorded, run, tree, trial.wide ? 1e-7 : 1e-5, parameters);
            compareScales(trial, run);
        }
    }

    private void steps(JsonNode c, MezoRun run, Tree tree, double loss, double parameters) {
        boolean accuracy = c.required("settings").path("optimize_acc").booleanValue(false);
        List<Double> heard = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            List<Double> expected =
                    new ArrayList<>(i == 0 ? byGroup(c, c.required("losses_before_first_step")) : List.of());
            expected.addAll(byGroup(c, c.required("steps").get(i).required("losses")));
            heard.clear();
            run.step(List.of(batch(tree, i, accuracy, heard)), 1);
            assertThat(heard).hasSameSizeAs(expected);
            for (int k = 0; k < heard.size(); k++) {
                assertThat(heard.get(k)).isCloseTo(expected.get(k), within(loss));
            }
            if (i == 0 || i == 3) {
                MezoGoldenTest.near(
                        tree,
                        golden.under("medium." + c.required("index").stringValue() + ".after" + (i + 1) + "."),
                        parameters);
            }
        }
    }

    private MezoToy batch(Tree tree, int number, boolean accuracy, List<Double> heard) {
        return new MezoToy(
                tree,
                golden.tensors().read("toy.batch." + number + ".x"),
                golden.tensors().read("toy.batch." + number + ".labels"),
                accuracy,
                heard);
    }

    /** Losses in the order of groups here, the parameters' own; the record has another. */
    private static List<Double> byGroup(JsonNode c, JsonNode losses) {
        List<Double> all = losses.valueStream().map(JsonNode::doubleValue).toList();
        if (all.size() != 8 || c.required("scales").isNull()) {
            return all;
        }
        List<String> theirs = List.copyOf(c.required("scales").propertyNames());
        return GROUPS.stream()
                .flatMap(g -> all.subList(2 * theirs.indexOf(g), 2 * theirs.indexOf(g) + 2).stream())
                .toList();
    }

    private static void compareScales(Trial trial, MezoRun run) {
        JsonNode expected = trial.recorded.required("scales");
        if (!expected.isNull()) {
            double[] d = IntStream.range(0, 4)
                    .mapToDouble(i -> run.state().get("scales").select(0, i).item_double())
                    .toArray();
            assertThat(d)
                    .containsExactly(
                            GROUPS.stream()
                                    .mapToDouble(g -> expected.required(g).doubleValue())
                                    .toArray(),
                            within(trial.wide ? 1e-7 : 2e-3));
        }
    }

    /** The length of each group's gradient on the first batch. */
    private double[] trueGradients(Tree tree) {
        tree.tensors().values().forEach(p -> p.set_requires_grad(true));
        batch(tree, 0, false, new ArrayList<>()).loss().backward();
        double[] d = GROUPS.stream()
                .mapToDouble(g -> Math.sqrt(tree.tensors().entrySet().stream()
                        .filter(e -> e.getKey().startsWith(g))
                        .mapToDouble(e -> Math.pow(e.getValue().grad().norm().item_double(), 2))
                        .sum()))
                .toArray();
        tree.tensors().values().forEach(p -> {
            p.mutable_grad().reset();
            p.set_requires_grad(false);
        });
        return d;
    }

    private Recorded drawn(JsonNode c) {
        String prefix = "medium." + c.required("index").stringValue() + ".z.";
        List<Noise.Index> indices = new ArrayList<>(List.of(new Noise.Index(-1, 0)));
        for (int i = 0; i < 4; i++) {
            for (int s = 0; s < c.required("samples_per_step").get(i).intValue(); s++) {
                indices.add(new Noise.Index(i, s));
            }
        }
        return Recorded.of(
                indices, i -> golden.under(prefix + (i.step() < 0 ? "init" : "" + i.step()) + "." + i.sample() + "."));
    }

    /** The old AdamW of transformers: ε outside the bias correction, decay after the step, of all but biases. */
    private record ReleasedAdamW(double learningRate, double decay, double clip) implements Optimizer.Custom {
        @Override
        public Run start(Tree parameters) {
            return new ReleasedRun(this, parameters.tensors(), new LinkedHashMap<>());
        }
    }

    private record ReleasedRun(ReleasedAdamW settings, Map<String, Tensor> parameters, Map<String, double[][]> moments)
            implements Optimizer.Run {
        @Override
        public Optimizer.Update step(List<Pass> parts, double factor) {
            parts.forEach(Pass::backward);
            try (var _ = new Scope();
                    var _ = new NoGradGuard()) {
                double norm = Math.sqrt(parameters.values().stream()
                        .mapToDouble(p -> Math.pow(p.grad().norm().item_double(), 2))
                        .sum());
                double shrink = settings.clip == 0 ? 1 : Math.min(1, settings.clip / (norm + 1e-6));
                int t = moments.computeIfAbsent("t", _ -> new double[1][1])[0].length;
                parameters.forEach((path, p) -> move(path, p, shrink, t));
                moments.put("t", new double[1][t + 1]);
                parameters.values().forEach(p -> p.mutable_grad().reset());
                return new Optimizer.Update(0, norm);
            }
        }

        private void move(String path, Tensor p, double shrink, int t) {
            double[] w = doubles(p);
            double[] g = doubles(p.grad());
            double[][] m = moments.computeIfAbsent(path, _ -> new double[2][g.length]);
            for (int i = 0; i < g.length; i++) {
                m[0][i] = 0.9 * m[0][i] + 0.1 * shrink * g[i];
                m[1][i] = 0.999 * m[1][i] + 0.001 * Math.pow(shrink * g[i], 2);
                double correction = Math.sqrt(1 - Math.pow(0.999, t)) / (1 - Math.pow(0.9, t));
                w[i] -= settings.learningRate * correction * m[0][i] / (Math.sqrt(m[1][i]) + 1e-8);
                w[i] -= settings.learningRate * (path.endsWith("bias") ? 0 : settings.decay) * w[i];
            }
            Tensor moved = Ops.empty(ScalarType.Double, p.shape());
            Ops.segment(moved).copyFrom(MemorySegment.ofArray(w));
            p.copy_(moved);
        }

        private static double[] doubles(Tensor x) {
            return Ops.segment(x.to(ScalarType.Double).contiguous()).toArray(ValueLayout.JAVA_DOUBLE);
        }

        @Override
        public SequencedMap<String, Tensor> state() {
            return new LinkedHashMap<>();
        }

        @Override
        public void restore(SequencedMap<String, Tensor> saved) {}

        @Override
        public void close() {}
    }
}
