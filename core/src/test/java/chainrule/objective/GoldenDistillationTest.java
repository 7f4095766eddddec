package chainrule.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chainrule.Golden;
import chainrule.checkpoint.Safetensors;
import chainrule.checkpoint.TensorFile;
import chainrule.model.Input;
import chainrule.objective.distil.Atkd;
import chainrule.objective.distil.Compared;
import chainrule.objective.distil.Compared.Distribution;
import chainrule.objective.distil.Parts;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Values and gradients of original implementations, in float64 and float32, with a head weight and without. */
class GoldenDistillationTest {
    private static final JsonNode ATKD = json("atkd/atkd.json");
    private static final JsonNode LOSSES = json("losses/losses.json");

    private record Case(JsonNode json) {
        @Override
        public String toString() {
            return json.required("name").stringValue();
        }

        String kind() {
            return json.required("kind").stringValue();
        }

        double setting(String name, double otherwise) {
            return json.required("settings").path(name).doubleValue(otherwise);
        }

        boolean reverse() {
            return json.required("settings").path("setting").stringValue("").contains("reverse");
        }

        /** The code exchanges the logits in the reverse setting, and not their temperatures. */
        double temperature(boolean teacher) {
            double single = setting("temperature", 1);
            return setting(teacher == reverse() ? "student_temperature" : "teacher_temperature", single);
        }

        boolean oneTemperature() {
            return temperature(true) == temperature(false);
        }

        String spec() {
            String temperature = "temperature=" + (oneTemperature() ? temperature(true) : 1);
            double beta = setting("beta", 1);
            return switch (kind()) {
                case "atkd" ->
                    "atkd:lambda=" + setting("alpha", 0) + ",direction=" + (reverse() ? "reverse" : "forward") + ","
                            + temperature;
                case "dkd" -> "decoupled:alpha=" + setting("alpha", 1) + ",beta=" + beta + "," + temperature;
                case "forward_kl" -> "forward-kl:" + temperature;
                case "reverse_kl" -> "reverse-kl:" + temperature;
                case "release_jsd" -> "0.9*forward-kl + 0.1*reverse-kl";
                case "tvd", "tvd_released" -> "total-variation:" + temperature;
                case "generalized_jsd" ->
                    (beta == 0 ? "forward-kl:" : beta == 1 ? "reverse-kl:" : "jensen-shannon:beta=" + beta + ",")
                            + temperature;
                default -> throw new AssertionError(kind());
            };
        }
    }

    private static JsonNode json(String name) {
        try {
            return JsonMapper.shared().readTree(Files.readString(Golden.path(name)));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static Stream<Case> cases() {
        return StreamSupport.stream(ATKD.required("cases").spliterator(), false).map(Case::new);
    }

    @Test
    void noCaseIsForgotten() {
        assertThat(cases()).hasSize(90);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theOriginalsAgree(Case c) throws IOException {
        try (var _ = new Scope();
                TensorFile file = Safetensors.open(Golden.path("atkd/atkd.safetensors"))) {
            Inputs in = Inputs.of(c.json.required("batch").stringValue(), file);
            Tensor mask =
                    c.kind().equals("tvd_released") ? torch.ones_like(in.mask).sub(in.mask) : in.mask;
            Tensor expected = file.read(c.json.required("grad").stringValue());
            check(c.spec(), in, mask, c, c.json.required("value").doubleValue(), before(expected));
            if (c.kind().equals("atkd")) {
                String rest = c.spec().substring(c.spec().indexOf(",direction"));
                double easy = c.json.required("easy_loss").doubleValue();
                double hard = c.json.required("hard_loss").doubleValue();
                assertThat(value("atkd:lambda=1" + rest, in, mask, c)).isCloseTo(easy, within(1e-9));
                assertThat(value("atkd:lambda=0" + rest, in, mask, c)).isCloseTo(hard, within(1e-9));
            }
        }
    }

    /** What precedes each row's last token. */
    private static Tensor before(Tensor rows) {
        return rows.narrow(1, 0, rows.size(1) - 1);
    }

    private record Inputs(Tensor teacher, Tensor student, Tensor targets, Tensor mask) {
        static Inputs of(String batch, TensorFile file) {
            Tensor ids = file.read(batch + ".ids");
            Tensor out = file.read(batch + ".mask").to(ScalarType.Float);
            return new Inputs(
                    before(file.read(batch + ".teacher")),
                    before(file.read(batch + ".student")),
                    ids.narrow(1, 1, ids.size(1) - 1),
                    out.narrow(1, 1, ids.size(1) - 1).eq(new Scalar(0)).to(ScalarType.Float));
        }

        Batch batch(Tensor mask) {
            return new Batch(Input.of(targets), targets, mask);
        }
    }

    private static Tensor mean(String spec, Tensor teacher, Given student, Batch batch) {
        Objective objective = Distillation.parse(spec, new GivenTeacher(teacher));
        return objective.loss(student, batch, objective.counts(batch)).total();
    }

    private static double value(String spec, Inputs in, Tensor mask, Case c) {
        Tensor teacher = divided(in.teacher.to(ScalarType.Double), c, true);
        Tensor student = divided(in.student.to(ScalarType.Double), c, false);
        return mean(spec, teacher, new Given(student, true), in.batch(mask)).item_double();
    }

    private static Tensor divided(Tensor logits, Case c, boolean teacher) {
        return c.oneTemperature() ? logits : Ops.mul(logits, 1 / c.temperature(teacher));
    }

    private static void check(String spec, Inputs in, Tensor mask, Case c, double value, Tensor gradient) {
        for (ScalarType type : List.of(ScalarType.Double, ScalarType.Float)) {
            for (boolean head : new boolean[] {true, false}) {
                Tensor leaf = in.student.to(type).clone().detach().set_requires_grad(true);
                Tensor teacher = divided(in.teacher.to(type), c, true);
                Tensor found = mean(spec, teacher, new Given(divided(leaf, c, false), head), in.batch(mask));
                found.backward();
                assertClose(type, found.item_double(), value, leaf.grad(), gradient);
            }
        }
    }

    private static void assertClose(ScalarType type, double found, double value, Tensor grad, Tensor expected) {
        boolean wide = type == ScalarType.Double;
        assertThat(found).isCloseTo(value, within(wide ? 1e-9 : 1e-5 * Math.abs(value) + 1e-6));
        assertThat(grad.sub(expected).abs().max().item_double()).isLessThan(wide ? 1e-7 : 1e-6);
    }

    @ParameterizedTest
    @CsvSource({"small", "larger", "peaked", "one", "binary"})
    void everyRowsPartsAgree(String batch) throws IOException {
        try (var _ = new Scope();
                TensorFile file = Safetensors.open(Golden.path("atkd/atkd.safetensors"))) {
            Inputs in = Inputs.of(batch, file);
            Compared rows = new Compared(of(in.teacher), of(in.student), in.targets.flatten());
            for (var e : Map.of("forward", rows, "reverse", rows.exchanged()).entrySet()) {
                Parts parts = Parts.of(e.getValue());
                Tensor unc = Parts.uncertainty(rows.teacher(), rows.target());
                Map.of("tkd", parts.target(), "dkd", parts.diversity(), "unc", unc)
                        .forEach((name, found) -> {
                            Tensor expected = file.read(batch + "." + e.getKey() + "." + name)
                                    .flatten();
                            assertThat(found.sub(expected).abs().max().item_double())
                                    .as(name)
                                    .isLessThan(1e-9);
                        });
            }
        }
    }

    private static Distribution of(Tensor logits) {
        return Distribution.of(logits.to(ScalarType.Double).flatten(0, 1));
    }

    @Test
    void equalUncertaintiesGiveTheMeansOfAllRows() {
        JsonNode equal = ATKD.required("equal_uncertainty");
        try (var _ = new Scope()) {
            Tensor student = before(matrix(equal.required("student")).unsqueeze(0));
            int[] ids = JsonMapper.shared().treeToValue(equal.required("ids"), int[].class);
            Tensor targets = Ops.ids(ids).narrow(0, 1, ids.length - 1L).unsqueeze(0);
            Batch batch = new Batch(Input.of(targets), targets, torch.ones(1, targets.size(1)));
            Given given = new Given(student, true);
            Tensor teacher = torch.zeros_like(student);
            double target = equal.required("all_tokens_target_part").doubleValue();
            double others = equal.required("all_tokens_diversity_part").doubleValue();
            assertThat(mean("decoupled:beta=0", teacher, given, batch).item_double())
                    .isCloseTo(target, within(1e-6));
            assertThat(mean("decoupled:alpha=0", teacher, given, batch).item_double())
                    .isCloseTo(others, within(1e-6));
            assertThat(mean("atkd", teacher, given, batch).item_double())
                    .isCloseTo(0.8 * (target + others), within(1e-6));
        }
    }

    @Test
    void theExamplesAgree() {
        JsonNode example = ATKD.required("card_examples");
        try (var _ = new Scope()) {
            Tensor teacher = matrix(example.required("teacher")).unsqueeze(0).log();
            Tensor student = matrix(example.required("student")).unsqueeze(0).log();
            Tensor targets =
                    Ops.ids(new int[][] {JsonMapper.shared().treeToValue(example.required("target"), int[].class)});
            Batch batch = new Batch(Input.of(targets), targets, torch.ones(1, 4));
            for (Atkd.Direction d : Atkd.Direction.values()) {
                String name = d.name().toLowerCase(Locale.ROOT);
                double found = mean("atkd:direction=" + name, teacher, new Given(student, true), batch)
                        .item_double();
                assertThat(found).isCloseTo(example.required(name).doubleValue(), within(1e-6));
            }
        }
    }

    private static Tensor matrix(JsonNode rows) {
        float[][] values = JsonMapper.shared().treeToValue(rows, float[][].class);
        return Ops.stack(Stream.of(values).map(v -> Ops.tensor(v, v.length)).toList(), 0);
    }

    @ParameterizedTest
    @CsvSource({
        "forward_kl_tau1,forward-kl",
        "forward_kl_tau2,forward-kl:2",
        "reverse_kl_tau1,reverse-kl",
        "reverse_kl_tau2,reverse-kl:2",
        "jensen_shannon_tau1,jensen-shannon",
        "jensen_shannon_tau2,jensen-shannon:temperature=2",
        "jensen_shannon_beta0.1_tau1,jensen-shannon:0.1",
        "jensen_shannon_beta0.9_tau1,jensen-shannon:0.9",
        "total_variation_tau1,total-variation",
        "total_variation_tau2,total-variation:2"
    })
    void theFormulasAgree(String name, String spec) throws IOException {
        try (var _ = new Scope();
                TensorFile file = Safetensors.open(Golden.path("losses/losses.safetensors"))) {
            Tensor labels = file.read("labels");
            Tensor mask = labels.ne(new Scalar(-100)).to(ScalarType.Float);
            Inputs in =
                    new Inputs(file.read("teacher_logits"), file.read("logits"), labels.clamp_min(new Scalar(0)), mask);
            double value = LOSSES.required("values").required(name).doubleValue();
            for (ScalarType type : List.of(ScalarType.Double, ScalarType.Float)) {
                for (boolean head : new boolean[] {true, false}) {
                    Tensor leaf = in.student.to(type).clone().detach().set_requires_grad(true);
                    Tensor found = mean(spec, in.teacher.to(type), new Given(leaf, head), in.batch(mask));
                    found.backward();
                    assertClose(type, found.item_double(), value, leaf.grad(), file.read("grad." + name));
                }
            }
        }
    }
}
