package chainrule.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chainrule.Golden;
import chainrule.checkpoint.Checkpoint;
import chainrule.checkpoint.TensorFile;
import chainrule.decode.rule.RepetitionPenalty;
import chainrule.decode.rule.Rules;
import chainrule.model.Blocks;
import chainrule.model.CausalLM;
import chainrule.model.Decoder;
import chainrule.model.Input;
import chainrule.model.Tap;
import chainrule.model.family.Models;
import chainrule.nn.Compute;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** DoLa against transformers: texts and layers exactly, divergences and contrasts. */
class GoldenDolaTest {
    private static JsonNode cases(String kind) {
        return JsonMapper.shared()
                .readTree(Golden.path("dola/cases.json").toFile())
                .get(kind);
    }

    private static List<Integer> list(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::intValue)
                .toList();
    }

    private static int[] ints(JsonNode array) {
        return list(array).stream().mapToInt(Integer::intValue).toArray();
    }

    /** The layers that transformers' setting names, which leaves out those that a model does not have. */
    static EarlyLayers layers(JsonNode setting, int depth) {
        if (setting.isArray()) {
            return new EarlyLayers.Listed(
                    list(setting).stream().filter(l -> l < depth).toList());
        }
        return setting.stringValue().equals("low") ? new EarlyLayers.Low() : new EarlyLayers.High();
    }

    private static void compare(String what, float[] found, float[] expected) {
        for (int token = 0; token < expected.length; token++) {
            if (expected[token] == Float.NEGATIVE_INFINITY) {
                assertThat(found[token]).as(what + ", token " + token).isEqualTo(Float.NEGATIVE_INFINITY);
            } else {
                assertThat(found[token]).as(what + ", token " + token).isCloseTo(expected[token], within(1e-4f));
            }
        }
    }

    private static void compareDivergences(JsonNode expected, Tensor last, Tensor early) {
        float[] found = Dola.divergences(Ops.logSoftmax(last, -1), Ops.logSoftmax(early, -1));
        for (int i = 0; i < found.length; i++) {
            double value = expected.get(i).doubleValue();
            assertThat((double) found[i]).isCloseTo(value, within(1e-6 + 1e-4 * value));
        }
    }

    @Test
    void theContrastOfGivenLogitsIsTransformers() {
        JsonNode cases = cases("given_logits");
        assertThat(cases.size()).isEqualTo(8);
        try (TensorFile file = TensorFile.open(Golden.path("dola/logits.safetensors"));
                var _ = new Scope()) {
            for (JsonNode c : cases) {
                String name = c.get("name").stringValue();
                Tensor last = file.read(name + ".final").unsqueeze(0);
                Tensor early = file.read(name + ".early");
                compareDivergences(c.get("divergences"), last, early);
                Dola.Contrast found = new Dola().contrast(last, early);
                assertThat(c.get("candidate_layers").get(found.layer()))
                        .as(name)
                        .isEqualTo(c.get("layer"));
                compare(name, found.scores(), Ops.floats(file.read(name + ".contrast")));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "llama_deep", "gpt2"})
    void everyStepIsTransformers(String model) {
        try (Decoder lm = Models.load(Checkpoint.open(Golden.path("models/" + model)));
                CausalLM fast = lm.forDecoding(Compute.F32);
                Engine engine = new Engine(fast);
                TensorFile file = TensorFile.open(Golden.path("dola/logits.safetensors"))) {
            for (JsonNode c : cases("generation")) {
                if (!c.get("model").stringValue().equals(model)) {
                    continue;
                }
                EarlyLayers layers = layers(c.get("dola_layers"), lm.depth());
                assertThat(layers.of(lm.depth(), lm.tied())).isEqualTo(list(c.get("candidate_layers")));
                assertThat(fast.depth()).isEqualTo(lm.depth());
                assertThat(fast.tied()).isEqualTo(lm.tied());
                Request request = Request.of(ints(c.get("prompt_ids")))
                        .with(new Dola(layers, 0.1))
                        .with(Rules.of(new RepetitionPenalty(
                                c.get("repetition_penalty").doubleValue())))
                        .withMaxTokens(10);
                assertThat(engine.run(request).ids())
                        .as(c.get("name").stringValue())
                        .containsExactly(ints(c.get("ids")));
                try (var _ = new Scope();
                        var _ = new NoGradGuard()) {
                    steps(
                            lm,
                            c,
                            Ops.floats(file.read("contrast." + c.get("name").stringValue())));
                }
            }
        }
    }

    /** Every step from the text's start, without a cache. */
    private static void steps(Blocks lm, JsonNode c, float[] contrasts) {
        int[] prompt = ints(c.get("prompt_ids"));
        int[] ids = ints(c.get("ids"));
        List<Integer> layers = list(c.get("candidate_layers"));
        int vocabulary = lm.vocabulary();
        for (int t = 0; t < ids.length; t++) {
            int[] text = IntStream.concat(Arrays.stream(prompt), Arrays.stream(ids, 0, t))
                    .toArray();
            Input in = Input.of(Ops.ids(new int[][] {text}));
            Tensor[] states = new Tensor[lm.depth() + 1];
            states[0] = lm.embed(in);
            for (int l = 0; l < lm.depth(); l++) {
                states[l + 1] = lm.block(l, states[l], Tap.NONE);
            }
            Tensor last = lm.head(at(lm.norm(states[lm.depth()]), text.length));
            Tensor early = lm.head(Ops.cat(
                    layers.stream().map(l -> at(states[l], text.length)).toList(), 0));
            compareDivergences(c.get("divergences").get(t), last, early);
            Dola.Contrast found = new Dola().contrast(last, early);
            assertThat(layers.get(found.layer()))
                    .isEqualTo(c.get("layers_used").get(t).intValue());
            String what = c.get("name").stringValue() + ", step " + t;
            compare(what, found.scores(), Arrays.copyOfRange(contrasts, t * vocabulary, (t + 1) * vocabulary));
        }
    }

    private static Tensor at(Tensor xBTD, int length) {
        return xBTD.select(0, 0).narrow(0, length - 1, 1);
    }
}
