package chainrule.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chainrule.Golden;
import chainrule.checkpoint.Safetensors;
import chainrule.checkpoint.TensorFile;
import chainrule.model.Input;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
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
class GoldenLossTest {
    private static final JsonNode CASES = json("contrastive-token/cases.json");
    private static final JsonNode LOSSES = json("losses/losses.json");

    /** A case's name alone, where a test's name is made from it. */
    private record Case(JsonNode json) {
        @Override
        public String toString() {
            return json.required("name").stringValue();
        }

        JsonNode setting(String name) {
            return json.required("settings").required(name);
        }

        double value() {
            return json.required("value").doubleValue();
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
        return StreamSupport.stream(CASES.required("cases").spliterator(), false)
                .map(Case::new);
    }

    static Stream<Case> ofRows() {
        return cases().filter(c -> !c.toString().startsWith("ul_sequence"));
    }

    static Stream<Case> sequences() {
        return cases().filter(c -> c.toString().startsWith("ul_sequence"));
    }

    @ParameterizedTest
    @MethodSource("ofRows")
    void lossesAgainstRepetitionAgree(Case c) throws IOException {
        String kind = c.json.required("kind").stringValue();
        try (var _ = new Scope();
                TensorFile file = Safetensors.open(Golden.path("contrastive-token/tensors.safetensors"))) {
            Tensor logits = file.read(c.json.required("logits").stringValue());
            Tensor labels = file.read(c.json.required("labels").stringValue());
            Tensor expected = file.read(c.json.required("gradient").stringValue());
            List<Tensor> masks = kind.equals("nce")
                    ? new ArrayList<>(
                            paddedRows(labels, c.setting("orig_pad_id").longValue()))
                    : List.of(mask(c, kind, labels));
            double terms = objective(c, kind).terms(batch(labels, masks.getFirst()));
            check(objective(c, kind), logits, labels, masks, terms, c.value(), expected);
        }
    }

    private static Tensor mask(Case c, String kind, Tensor labels) {
        return switch (kind) {
            case "ct" -> not(labels, c.setting("ignore_index")).mul(not(labels, c.setting("pad_id")));
            case "cross_entropy" -> not(labels, c.setting("ignore_index"));
            default -> not(labels, c.setting("orig_pad_id"));
        };
    }

    private static Tensor not(Tensor labels, JsonNode id) {
        return labels.ne(new Scalar(id.longValue())).to(ScalarType.Float);
    }

    private static Mean objective(Case c, String kind) {
        return switch (kind) {
            case "ct" -> new ContrastiveToken(length(c, "ct_length"), length(c, "preced_m_negatives"));
            case "cross_entropy" -> new NextToken(9);
            case "unlikelihood_token" ->
                new Unlikelihood(Optional.empty(), c.setting("clamp").doubleValue());
            case "unlikelihood_band" ->
                new Unlikelihood(Optional.of(window(c)), c.setting("clamp").doubleValue());
            case "nce" -> new Nce(window(c));
            default -> throw new AssertionError(kind);
        };
    }

    private static Length window(Case c) {
        return new Length.Tokens(c.setting("window").intValue());
    }

    private static Length length(Case c, String setting) {
        double value = c.setting(setting).doubleValue();
        return value <= 1 ? new Length.Fraction(value) : new Length.Tokens((int) value);
    }

    /**
     * The original's sum has the padded positions in it, each with the tokens before it as negatives. As masks of sums to
     * add and to take off in turn: all that is not padded; then for each padded position what is not padded before it,
     * with it and without.
     */
    private static List<Tensor> paddedRows(Tensor labels, long pad) {
        Tensor real = labels.ne(new Scalar(pad)).to(ScalarType.Float);
        List<Tensor> masks = new ArrayList<>(List.of(real));
        for (long b = 0; b < labels.size(0); b++) {
            for (long t = 0; t < labels.size(1); t++) {
                if (real.select(0, b).select(0, t).item_double() == 0) {
                    Tensor before = torch.zeros_like(real);
                    before.select(0, b).narrow(0, 0, t).copy_(real.select(0, b).narrow(0, 0, t));
                    Tensor with = before.clone();
                    with.select(0, b).select(0, t).fill_(new Scalar(1));
                    masks.add(with);
                    masks.add(before);
                }
            }
        }
        return masks;
    }

    @ParameterizedTest
    @CsvSource({
        "cross_entropy,next-token:chunk=5",
        "cross_entropy_smoothing_0.1,label-smoothing:0.1",
        "cross_entropy_smoothing_0.1,label-smoothing",
        "cross_entropy,label-smoothing:0",
        "z_loss,z-loss",
        "unlikelihood,unlikelihood:clamp=1e-20",
        "simctg,sim-ctg",
        "simctg_masked,sim-ctg:rho=0.5"
    })
    void commonLossesAgree(String name, String spec) throws IOException {
        try (var _ = new Scope();
                TensorFile file = Safetensors.open(Golden.path("losses/losses.safetensors"))) {
            Mean mean = Objective.parse(spec).means().getFirst().method();
            Tensor labels = file.read("labels");
            Tensor mask = name.equals("simctg")
                    ? torch.ones_like(labels).to(ScalarType.Float)
                    : labels.ne(new Scalar(-100)).to(ScalarType.Float);
            double value = LOSSES.required("values").required(name).doubleValue();
            Tensor inputs = file.read(name.startsWith("simctg") ? "hidden" : "logits");
            Tensor expected = file.read("grad." + name);
            check(mean, inputs, labels, List.of(mask), mean.terms(batch(labels, mask)), value, expected);
        }
    }

    /** Continuations are given, and the official mask lacks what the last n-gram would add. */
    @ParameterizedTest
    @MethodSource("sequences")
    void sequenceUnlikelihoodAgrees(Case c) throws IOException {
        int n = c.json.required("n").intValue();
        double clamp = c.json.required("clamp").doubleValue();
        try (var _ = new Scope();
                TensorFile file = Safetensors.open(Golden.path("contrastive-token/tensors.safetensors"))) {
            List<int[]> tokens = rows(c.json.required("tokens"));
            List<int[]> official = rows(c.json.required("mask"));
            for (int b = 0; b < tokens.size(); b++) {
                assertThat(officialMask(n, tokens.get(b))).isEqualTo(official.get(b));
            }
            Batch batch = batch(
                    Ops.ids(tokens.toArray(int[][]::new)),
                    Ops.ids(official.toArray(int[][]::new)).to(ScalarType.Float));
            for (ScalarType type : List.of(ScalarType.Double, ScalarType.Float)) {
                Tensor logits = leaf(file.read(c.json.required("logits").stringValue()), type);
                Given lm = new Given(logits, true);
                HeadPass pass = new HeadPass(lm, lm.forward(batch.input(), chainrule.model.Tap.NONE), batch, 7);
                Tensor sum = pass.total(List.of(SequenceUnlikelihood.onRows(clamp)), 1)
                        .total();
                sum.backward();
                assertClose(
                        type,
                        sum.item_double(),
                        c.value(),
                        logits.grad(),
                        file.read(c.json.required("gradient").stringValue()));
            }
        }
    }

    @Test
    void repeatsAreTheOfficialOnesAndThoseOfTheLastNgram() {
        for (JsonNode m : CASES.required("repeat_masks")) {
            int n = m.required("n").intValue();
            int[] tokens = ints(m.required("tokens"));
            assertThat(officialMask(n, tokens)).isEqualTo(ints(m.required("mask_official")));
        }
        assertThat(SequenceUnlikelihood.repeated(4, 1, 2, 3, 4, 1, 2, 3, 4))
                .containsExactly(false, false, false, false, true, true, true, true);
        assertThat(SequenceUnlikelihood.repeated(4, 7, 7, 7, 7, 7)).containsExactly(false, true, true, true, true);
    }

    /** Without the last token no n-gram ends there. */
    private static int[] officialMask(int n, int... tokens) {
        boolean[] seen = SequenceUnlikelihood.repeated(n, Arrays.copyOf(tokens, tokens.length - 1));
        return IntStream.range(0, tokens.length)
                .map(i -> i < seen.length && seen[i] ? 1 : 0)
                .toArray();
    }

    @Test
    void negativesAreTheOriginals() {
        try (var _ = new Scope()) {
            for (JsonNode n : CASES.required("preceding_negatives")) {
                int[] labels = ints(n.required("labels"));
                int window = n.required("window").intValue();
                Tensor row = Ops.ids(new int[][] {labels});
                Batch batch = batch(row, row.ne(new Scalar(0)).to(ScalarType.Float));
                Tensor all = torch.arange(new Scalar(0), new Scalar(labels.length));
                Chunk chunk = new Chunk(all, row.flatten(), torch.ones_like(all), all);
                var found =
                        Earlier.each(batch, window < 0 ? labels.length : window).of(chunk);
                long[] ids = Ops.longs(found.idsCM().mul(found.hereCM()));
                int width = ids.length / labels.length;
                List<int[]> expected = rows(n.required("negatives"));
                for (int t = 0; t < labels.length; t++) {
                    if (labels[t] != 0) {
                        assertThat(Arrays.stream(ids, t * width, (t + 1) * width)
                                        .filter(i -> i != 0)
                                        .sorted())
                                .containsExactly(Arrays.stream(expected.get(t))
                                        .filter(i -> i != 0)
                                        .sorted()
                                        .mapToObj(i -> (long) i)
                                        .toArray(Long[]::new));
                    }
                }
            }
        }
    }

    @Test
    void fractionsAreRoundedAsTheOriginalsAreAndNeverToNothing() {
        for (JsonNode l : CASES.required("lengths")) {
            int whole = l.required("T").intValue();
            int positions = new Length.Fraction(l.required("ct_length").doubleValue()).of(whole);
            assertThat(positions).isEqualTo(Math.max(1, l.required("positions").intValue()));
            if (l.required("positions").intValue() > 0) {
                assertThat(new Length.Fraction(l.required("preced_m_negatives").doubleValue()).of(positions))
                        .isEqualTo(Math.max(1, l.required("window").intValue()));
            }
        }
    }

    /** Sums over the masks in turn added, the first and every second of the others, and taken off. */
    private static void check(
            Mean mean, Tensor inputs, Tensor labels, List<Tensor> masks, double terms, double value, Tensor gradient) {
        for (ScalarType type : List.of(ScalarType.Double, ScalarType.Float)) {
            for (boolean head : new boolean[] {true, false}) {
                Tensor logits = leaf(inputs, type);
                double sum = 0;
                for (int i = 0; i < masks.size(); i++) {
                    double sign = i > 0 && i % 2 == 0 ? -1 : 1;
                    Tensor share =
                            Ops.mul(mean.sum(new Given(logits, head), batch(labels, masks.get(i))), sign / terms);
                    sum += share.item_double();
                    if (share.requires_grad()) {
                        share.backward();
                    }
                }
                assertClose(type, sum, value, logits.grad(), gradient);
            }
        }
    }

    private static void assertClose(ScalarType type, double sum, double value, Tensor found, Tensor expected) {
        boolean wide = type == ScalarType.Double;
        assertThat(sum).isCloseTo(value, within((wide ? 1e-7 : 2e-6) * Math.abs(value)));
        assertThat(found.sub(expected).abs().max().item_double()).isLessThan(wide ? 1e-7 : 1e-6);
    }

    private static Tensor leaf(Tensor inputs, ScalarType type) {
        return inputs.to(type).clone().detach().set_requires_grad(true);
    }

    private static Batch batch(Tensor labels, Tensor mask) {
        Tensor ids = labels.clamp_min(new Scalar(0));
        return new Batch(Input.of(ids), ids, mask);
    }

    private static List<int[]> rows(JsonNode node) {
        return StreamSupport.stream(node.spliterator(), false)
                .map(GoldenLossTest::ints)
                .toList();
    }

    private static int[] ints(JsonNode node) {
        return StreamSupport.stream(node.spliterator(), false)
                .mapToInt(JsonNode::intValue)
                .toArray();
    }
}
