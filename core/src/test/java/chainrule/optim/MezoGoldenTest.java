package chainrule.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chainrule.model.Decoder;
import chainrule.nn.Tree;
import chainrule.objective.Batch;
import chainrule.objective.NextToken;
import chainrule.optim.MezoGolden.Recorded;
import chainrule.tensor.Scope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.BiPredicate;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Steps against those of the method's own code, with its draws, at the tolerances of {@code golden/mezo/ORIGIN.md}. */
class MezoGoldenTest {
    private static final List<Noise.Index> FIVE =
            IntStream.range(0, 5).mapToObj(i -> new Noise.Index(i, 0)).toList();

    @TempDir
    Path temporary;

    private final MezoGolden golden = MezoGolden.open();

    @AfterEach
    void close() {
        golden.close();
    }

    private record Tolerance(double loss, double projection, double parameters) {
        static Tolerance of(boolean wide) {
            return wide ? new Tolerance(1e-7, 1e-7, 1e-7) : new Tolerance(1e-5, 2e-3, 1e-5);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "toy plain,true", "toy decay,true", "toy large eps,true", "toy lr0,true",
        "toy plain,false", "toy decay,false", "toy large eps,false", "toy lr0,false"
    })
    void theToyStepsAgree(String name, boolean wide) {
        Recorded noise = Recorded.of(FIVE, i -> golden.under("toy.z." + i.step() + "."));
        List<Double> heard = new ArrayList<>();
        try (var _ = new Scope();
                Tree tree = MezoToy.start(golden, wide ? ScalarType.Double : ScalarType.Float)) {
            IntFunction<Pass> batches = i -> new MezoToy(
                    tree,
                    golden.tensors().read("toy.batch." + i + ".x"),
                    golden.tensors().read("toy.batch." + i + ".labels"),
                    false,
                    heard);
            steps(
                    golden.named("cases", name),
                    tree,
                    noise,
                    (_, p) -> p.dim() > 1,
                    batches,
                    heard,
                    wide,
                    after -> golden.under(name + ".after" + after + "."));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "gpt2 plain,true",
        "gpt2 decay,true",
        "gpt2 attention only,true",
        "gpt2 plain,false",
        "gpt2 decay,false",
        "gpt2 attention only,false"
    })
    void gpt2StepsAgree(String name, boolean wide) {
        boolean part = name.endsWith("only");
        Recorded noise = Recorded.of(
                FIVE, i -> ours("z" + i.step(), golden.under((part ? "gpt2part.z." : "gpt2.z.") + i.step() + ".")));
        List<Double> heard = new ArrayList<>();
        Decoder stored = golden.gpt2(temporary.resolve("model"), new LinkedHashMap<>());
        try (var _ = new Scope();
                Decoder lm = wide ? MezoGolden.wide(stored) : stored) {
            SequencedMap<String, Tensor> trained =
                    new LinkedHashMap<>(lm.parameters().tensors());
            if (part) {
                trained.keySet().removeIf(path -> !path.matches(".*attention\\.[qkv]\\..*"));
            }
            IntFunction<Pass> batches =
                    i -> new NextTokenPass(lm, golden.tensors().read("gpt2.lm." + i + ".ids"), heard);
            steps(
                    golden.named("cases", name),
                    new Tree(trained),
                    noise,
                    (path, _) -> !path.endsWith("bias"),
                    batches,
                    heard,
                    wide,
                    after -> {
                        SequencedMap<String, Tensor> all =
                                ours("after" + after, golden.under(name + ".after" + after + "."));
                        if (part) {
                            all.keySet().retainAll(trained.keySet());
                        }
                        return all;
                    });
        }
    }

    private SequencedMap<String, Tensor> ours(String folder, SequencedMap<String, Tensor> theirs) {
        SequencedMap<String, Tensor> kept = new LinkedHashMap<>();
        try (Decoder lm = golden.gpt2(temporary.resolve(folder), theirs)) {
            lm.parameters().tensors().forEach((path, p) -> kept.put(path, p.clone()));
        }
        return kept;
    }

    private static void steps(
            JsonNode c,
            Tree tree,
            Noise noise,
            BiPredicate<String, Tensor> decays,
            IntFunction<Pass> batches,
            List<Double> heard,
            boolean wide,
            IntFunction<Map<String, Tensor>> after) {
        Tolerance tolerance = Tolerance.of(wide);
        JsonNode s = c.required("settings");
        double rate = s.required("lr").doubleValue();
        var settings = new Mezo(
                rate == 0 ? 1 : rate,
                s.required("zo_eps").doubleValue(),
                1,
                0,
                s.required("weight_decay").doubleValue(),
                new Layers.Together(),
                new Moments.None(),
                0);
        List<Integer> stored = c.required("parameters_stored_after_steps")
                .valueStream()
                .map(JsonNode::intValue)
                .toList();
        try (var run = new MezoRun(settings, tree, noise, decays, Optional.empty())) {
            for (int i = 0; i < 5; i++) {
                JsonNode step = c.required("steps").get(i);
                double plus = step.required("loss_plus").doubleValue();
                double minus = step.required("loss_minus").doubleValue();
                double projection = step.required("projected_gradient").doubleValue();
                Optimizer.Update update = run.step(List.of(batches.apply(i)), rate == 0 ? 0 : 1);
                assertThat(heard.get(2 * i)).isCloseTo(plus, within(tolerance.loss));
                assertThat(heard.get(2 * i + 1)).isCloseTo(minus, within(tolerance.loss));
                assertThat(update.loss()).isCloseTo((plus + minus) / 2, within(tolerance.loss));
                assertThat(update.gradientNorm()).isCloseTo(Math.abs(projection), within(tolerance.projection));
                if (stored.contains(i + 1)) {
                    near(tree, after.apply(i + 1), tolerance.parameters);
                }
            }
        }
    }

    /** No element is farther from {@code expected}'s than {@code tolerance}, and none is left out. */
    static void near(Tree tree, Map<String, Tensor> expected, double tolerance) {
        assertThat(tree.tensors().keySet()).containsExactlyInAnyOrderElementsOf(expected.keySet());
        expected.forEach((path, e) -> assertThat(tree.get(path)
                        .to(ScalarType.Double)
                        .sub(e.to(ScalarType.Double))
                        .abs()
                        .max()
                        .item_double())
                .as(path)
                .isLessThanOrEqualTo(tolerance));
    }

    /** The mean cross-entropy of the next tokens of rows. */
    private record NextTokenPass(Decoder lm, Tensor idsBT, List<Double> heard) implements Pass {
        @Override
        public double value() {
            try (var _ = new Scope();
                    var _ = new NoGradGuard()) {
                Batch batch = Batch.of(idsBT);
                heard.add(new NextToken().sum(lm, batch).item_double() / batch.trained());
                return heard.getLast();
            }
        }

        @Override
        public double backward() {
            throw new AssertionError("this optimizer asks for no gradient");
        }
    }
}
