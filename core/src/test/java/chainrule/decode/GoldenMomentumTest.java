package chainrule.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chainrule.Golden;
import chainrule.Spec;
import chainrule.checkpoint.Checkpoint;
import chainrule.decode.filter.Distribution;
import chainrule.model.CausalLM;
import chainrule.model.Decoder;
import chainrule.model.family.Models;
import chainrule.nn.Compute;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Momentum decoding against the authors' code. */
class GoldenMomentumTest {
    private static JsonNode file(String name) {
        return JsonMapper.shared().readTree(Golden.path("momentum/" + name).toFile());
    }

    private static int[] ints(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToInt(JsonNode::intValue)
                .toArray();
    }

    private static double number(JsonNode json) {
        return json.isString() ? Double.parseDouble(json.stringValue().replace("inf", "Infinity")) : json.doubleValue();
    }

    private static Resistance resistance(String name) {
        return Spec.parse(name.replace('_', '-'), Resistance.class);
    }

    private static Momentum method(JsonNode c) {
        return new Momentum(
                c.get("k").intValue(),
                c.get("alpha").doubleValue(),
                resistance(c.get("table").stringValue()),
                true,
                true);
    }

    private static Request request(JsonNode c) {
        return Request.of(ints(c.get("prompt_ids"))).with(method(c));
    }

    private static int[] before(JsonNode c, int step) {
        return IntStream.concat(Arrays.stream(ints(c.get("prompt_ids"))), Arrays.stream(ints(c.get("ids")), 0, step))
                .toArray();
    }

    private static float[] row(JsonNode model, int... text) {
        int last = text[text.length - 1];
        JsonNode row = text.length > 1 ? model.get("trigram").path(text[text.length - 2] + "," + last) : null;
        row = row == null || row.isMissingNode() ? model.get("bigram").get(last) : row;
        float[] scores = new float[row.size()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = row.get(i).floatValue();
        }
        return scores;
    }

    @Test
    void everyResistanceIsTheirs() {
        JsonNode tables = file("table_model.json").get("resistance");
        assertThat(tables.size()).isEqualTo(8);
        tables.propertyNames().forEach(name -> {
            for (int depth = 1; depth <= 5; depth++) {
                double expected = number(tables.get(name).get(depth));
                double found = resistance(name).at(depth);
                assertThat(found == expected || Math.abs(found - expected) < 1e-12)
                        .as(name + "(" + depth + ") = " + found)
                        .isTrue();
            }
        });
    }

    @Test
    void everyDepthIsTheirs() {
        for (JsonNode c : file("table_model.json").get("depths")) {
            byte[] found = Momentum.depths(4, ints(c.get("text")));
            for (int letter = 0; letter < c.get("depth").size(); letter++) {
                assertThat((int) found[letter])
                        .as(letter + " after " + c.get("text"))
                        .isEqualTo(c.get("depth").get(letter).intValue());
            }
        }
    }

    @Test
    void everyTextFromATableIsTheirs() {
        JsonNode file = file("table_model.json");
        assertThat(file.get("cases").size()).isEqualTo(116);
        for (JsonNode c : file.get("cases")) {
            JsonNode model = file.get("models").get(c.get("model").intValue());
            try (Toy lm = new Toy(model.get("vocabulary").intValue(), 1000, text -> row(model, text));
                    Engine engine = new Engine(lm)) {
                Request request = request(c)
                        .with(Stops.tokens(model.get("eos").intValue()))
                        .withMaxTokens(c.get("new_tokens").intValue());
                assertThat(engine.run(request).ids())
                        .as(c.get("name").stringValue())
                        .containsExactly(ints(c.get("ids")));
                labels(lm, c);
            }
        }
    }

    private static void labels(Toy lm, JsonNode c) {
        for (int t = 0; t < c.get("labels").size(); t++) {
            int[] text = before(c, t);
            int best = Distribution.best(lm.scores(text));
            int label = Momentum.depths(lm.vocabulary(), text)[best] == 0
                    ? 0
                    : c.get("ids").get(t).intValue() == best ? 1 : 2;
            assertThat(label)
                    .as(c.get("name").stringValue() + ", token " + t)
                    .isEqualTo(c.get("labels").get(t).intValue());
        }
    }

    @Test
    void everyStepsScoresAreTheirs() {
        JsonNode file = file("table_model.json");
        int steps = 0;
        for (JsonNode c : file.get("cases")) {
            Momentum method = method(c);
            for (int t = 0; t < c.path("steps").size(); t++, steps++) {
                JsonNode step = c.get("steps").get(t);
                int[] text = before(c, t);
                float[] scores = row(file.get("models").get(c.get("model").intValue()), text);
                byte[] depths = Momentum.depths(scores.length, text);
                Candidates found = Candidates.of(method.k(), scores);
                String name = c.get("name").stringValue() + ", token " + t;
                assertThat(found.tokens()).as(name).containsExactly(ints(step.get("candidates")));
                for (int i = 0; i < found.count(); i++) {
                    int depth = depths[found.tokens()[i]];
                    assertThat(found.probabilities()[i])
                            .as(name)
                            .isCloseTo(number(step.get("p").get(i)), within(1e-6));
                    assertThat(depth)
                            .as(name)
                            .isEqualTo(step.get("depth").get(i).intValue());
                }
                List<Weighed> weighed = method.weigh(found, depths);
                assertThat(weighed.get(Weighed.winner(weighed, 0)).id())
                        .as(name)
                        .isEqualTo(step.get("chosen").intValue());
            }
        }
        assertThat(steps).isEqualTo(1952);
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "gpt2"})
    void everyTextOfARandomModelIsTheirs(String model) {
        List<JsonNode> cases = new ArrayList<>();
        file("tiny_models.json").forEach(c -> {
            if (c.get("model").stringValue().equals(model)) {
                cases.add(c);
            }
        });
        assertThat(cases).hasSize(54);
        try (Decoder lm = Models.load(Checkpoint.open(Golden.path("models/" + model)));
                CausalLM fast = lm.forDecoding(Compute.F32);
                Engine engine = new Engine(fast)) {
            List<Result> results = engine.run(
                    cases.stream().map(c -> request(c).withMaxTokens(32)).toList());
            for (int i = 0; i < cases.size(); i++) {
                JsonNode c = cases.get(i);
                assertThat(results.get(i).ids()).as(c.get("name").stringValue()).containsExactly(ints(c.get("ids")));
                for (int t = 0; t < 32; t++) {
                    assertThat((int)
                                    Momentum.depths(lm.vocabulary(), before(c, t))[
                                            c.get("ids").get(t).intValue()])
                            .isEqualTo(c.get("depths").get(t).intValue());
                }
            }
        }
    }
}
