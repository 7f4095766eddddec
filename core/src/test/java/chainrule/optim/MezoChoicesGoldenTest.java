package chainrule.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chainrule.model.Decoder;
import chainrule.objective.Batch;
import chainrule.objective.Choice;
import chainrule.objective.Choices;
import chainrule.objective.NextToken;
import chainrule.optim.MezoGolden.Recorded;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/**
 * The losses of options and of answers, their gradients and a step on each against the method's own code, which pads texts
 * on the left where they are padded on the right here.
 */
class MezoChoicesGoldenTest {
    private static final Noise.Index FIRST = new Noise.Index(0, 0);

    @TempDir
    Path temporary;

    private final MezoGolden golden = MezoGolden.open();

    @AfterEach
    void close() {
        golden.close();
    }

    @ParameterizedTest
    @CsvSource({
        "0,two single-token options,true",
        "1,three options of different lengths,true",
        "2,different numbers of options,true",
        "3,teacher forcing,true",
        "0,two single-token options,false",
        "1,three options of different lengths,false",
        "2,different numbers of options,false",
        "3,teacher forcing,false"
    })
    void lossesGradientsAndAStepAgree(int number, String name, boolean wide) {
        JsonNode c = golden.named("option_losses", name);
        boolean forced = name.equals("teacher forcing");
        Choices choices = new Choices(forced ? answers(c) : choices(c));
        Decoder stored = golden.gpt2(temporary.resolve("model"), new LinkedHashMap<>());
        try (var _ = new Scope();
                Decoder lm = wide ? MezoGolden.wide(stored) : stored) {
            double close = wide ? 1e-7 : 1e-5;
            double loss = c.required("loss").doubleValue();
            Pass pass = forced ? forced(lm, choices.forced()) : choices.pass(lm, 1);
            assertThat(pass.value()).isCloseTo(loss, within(close));
            try (var _ = new NoGradGuard()) {
                double[] scores = IntStream.range(0, c.required("option_len").size())
                        .mapToDouble(i -> choices.scores(lm).select(0, i).item_double())
                        .toArray();
                assertThat(scores)
                        .containsExactly(
                                c.required("mean_log_probability_of_each_row")
                                        .valueStream()
                                        .mapToDouble(JsonNode::doubleValue)
                                        .toArray(),
                                within(close));
            }
            compareGradients(lm, pass, number, loss, close);
            compareStep(lm, pass, c.required("zo_step"), wide);
        }
    }

    private void compareGradients(Decoder lm, Pass pass, int number, double loss, double close) {
        SequencedMap<String, Tensor> theirs = new LinkedHashMap<>();
        String prefix = "options." + number + ".grad.";
        golden.under(prefix)
                .forEach((name, g) -> theirs.put(
                        name.startsWith("c_attn")
                                ? "transformer.h." + name.charAt(6) + ".attn.c_attn.weight"
                                : "transformer.wte.weight",
                        g));
        lm.parameters().tensors().values().forEach(p -> p.set_requires_grad(true));
        assertThat(pass.backward()).isCloseTo(loss, within(close));
        try (Decoder expected = golden.gpt2(temporary.resolve("gradients"), theirs)) {
            for (String path : compared(theirs)) {
                Tensor found = lm.parameters().get(path).grad().to(ScalarType.Double);
                assertThat(found.sub(expected.parameters().get(path).to(ScalarType.Double))
                                .abs()
                                .max()
                                .item_double())
                        .as(path)
                        .isLessThan(close);
            }
        }
        lm.parameters().tensors().values().forEach(p -> {
            p.mutable_grad().reset();
            p.set_requires_grad(false);
        });
    }

    /** The paths of the tensors whose gradients are recorded. */
    private static List<String> compared(SequencedMap<String, Tensor> theirs) {
        List<String> paths = new ArrayList<>(List.of("embed"));
        theirs.keySet().stream().filter(n -> n.contains("c_attn")).forEach(n -> {
            String block = "blocks." + n.split("\\.")[2] + ".attention.";
            paths.addAll(List.of(block + "q.weight", block + "k.weight", block + "v.weight"));
        });
        assertThat(paths).hasSizeGreaterThan(3);
        return paths;
    }

    private void compareStep(Decoder lm, Pass pass, JsonNode step, boolean wide) {
        SequencedMap<String, Tensor> drawn = golden.under("gpt2.z.0.");
        try (Decoder z = golden.gpt2(temporary.resolve("z"), drawn);
                var run = new MezoRun(
                        new Mezo(1e-6, step.required("zo_eps").doubleValue(), 0),
                        lm.parameters(),
                        Recorded.of(List.of(FIRST), _ -> z.parameters().tensors()),
                        (_, _) -> false,
                        Optional.empty())) {
            Optimizer.Update update = run.step(List.of(pass), 1);
            double mean = (step.required("loss_plus").doubleValue()
                            + step.required("loss_minus").doubleValue())
                    / 2;
            double projection = step.required("projected_gradient").doubleValue();
            assertThat(update.loss()).isCloseTo(mean, within(wide ? 1e-7 : 1e-5));
            assertThat(update.gradientNorm()).isCloseTo(Math.abs(projection), within(wide ? 1e-7 : 2e-3));
        }
    }

    private static Pass forced(Decoder lm, Batch batch) {
        return new Pass() {
            @Override
            public double value() {
                try (var _ = new Scope();
                        var _ = new NoGradGuard()) {
                    return new NextToken().sum(lm, batch).item_double() / batch.trained();
                }
            }

            @Override
            public double backward() {
                try (var _ = new Scope()) {
                    Tensor loss = Ops.mul(new NextToken().sum(lm, batch), 1 / batch.trained());
                    loss.backward();
                    return loss.item_double();
                }
            }
        };
    }

    /** A row without its padding. */
    private static int[] text(JsonNode c, int row) {
        JsonNode mask = c.required("attention_mask").get(row);
        return IntStream.range(0, mask.size())
                .filter(t -> mask.get(t).intValue() == 1)
                .map(t -> c.required("input_ids").get(row).get(t).intValue())
                .toArray();
    }

    private static int[] prompt(JsonNode c, int row) {
        int[] all = text(c, row);
        return Arrays.copyOf(all, all.length - c.required("option_len").get(row).intValue());
    }

    private static int[] option(JsonNode c, int row) {
        int[] all = text(c, row);
        return Arrays.copyOfRange(all, prompt(c, row).length, all.length);
    }

    private static List<Choice> choices(JsonNode c) {
        List<Choice> all = new ArrayList<>();
        for (int row = 0; row < c.required("num_options").size(); ) {
            int options = c.required("num_options").get(row).intValue();
            int first = row;
            List<int[]> of = IntStream.range(first, first + options)
                    .mapToObj(r -> option(c, r))
                    .toList();
            all.add(new Choice(prompt(c, row), of, c.required("labels").get(row).intValue()));
            row += options;
        }
        return all;
    }

    private static List<Choice> answers(JsonNode c) {
        return IntStream.range(0, c.required("option_len").size())
                .mapToObj(r -> Choice.answer(prompt(c, r), option(c, r)))
                .toList();
    }
}
