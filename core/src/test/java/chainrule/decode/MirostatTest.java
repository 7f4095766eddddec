package chainrule.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chainrule.BadInput;
import chainrule.Golden;
import chainrule.Spec;
import chainrule.checkpoint.TensorFile;
import chainrule.decode.Mirostat.Version;
import chainrule.decode.filter.Distribution;
import chainrule.decode.rule.AllowedBy;
import chainrule.decode.rule.Rules;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class MirostatTest extends DecodingContract {
    @Override
    protected Decoding method() {
        return new Mirostat(2, 0.5, Version.V1);
    }

    @Test
    void everyStepIsTheOriginals() {
        JsonNode runs = JsonMapper.shared()
                .readTree(Golden.path("mirostat/mirostat.json").toFile());
        assertThat(runs.size()).isEqualTo(12);
        try (TensorFile file = TensorFile.open(Golden.path("mirostat/logits.safetensors"));
                var _ = new Scope()) {
            for (JsonNode run : runs) {
                String name = run.get("logits").stringValue();
                int vocabulary = (int) file.shape(name)[1];
                compare(run, Ops.floats(file.read(name)), vocabulary);
            }
        }
    }

    private static void compare(JsonNode run, float[] logits, int vocabulary) {
        String kind = run.get("kind").stringValue().toUpperCase(Locale.ROOT);
        Version version =
                kind.equals("V1_AUTHORS") ? Version.V1 : kind.startsWith("V2") ? Version.V2 : Version.valueOf(kind);
        var control = new Mirostat.Control(new Mirostat(
                run.get("tau").doubleValue(), run.get("settings").get("eta").doubleValue(), version));
        for (int t = 0; t < run.get("steps").size(); t++) {
            JsonNode step = run.get("steps").get(t);
            String what = run.get("name").stringValue() + ", token " + t;
            float[] scores = Arrays.copyOfRange(logits, t * vocabulary, (t + 1) * vocabulary);
            assertThat(control.mu()).as(what).isCloseTo(step.get("mu").doubleValue(), within(2e-6));
            if (step.has("s")) {
                assertThat(control.zipf(scores))
                        .as(what)
                        .isCloseTo(step.get("s").doubleValue(), within(2e-6));
            }
            assertThat(control.kept(Distribution.of(scores)))
                    .as(what)
                    .isEqualTo(step.get("k").intValue());
            assertThat(control.next(scores, step.get("u").doubleValue()))
                    .as(what)
                    .isEqualTo(step.get("chosen").intValue());
            assertThat(control.mu()).as(what).isCloseTo(step.get("mu_after").doubleValue(), within(2e-6));
        }
    }

    @ParameterizedTest
    @CsvSource({"1.5", "2", "2.5"})
    void theSurpriseOfALongTextIsTheTarget(double tau) {
        try (Toy lm = new Toy(VOCABULARY, 3000);
                Engine engine = new Engine(lm)) {
            Result result = engine.run(Request.of(1)
                    .with(new Mirostat(tau, 0.2, Version.V1))
                    .withMaxTokens(1500)
                    .withLogprobs(0));
            double mean = -Arrays.stream(result.logprobs()).average().orElseThrow() / Math.log(2);
            assertThat(mean).isCloseTo(tau, within(0.05));
        }
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void tokensThatTheRulesForbidAreNotDrawn(Version version) {
        for (int allowed = 1; allowed <= 2; allowed++) {
            int last = allowed;
            Rules rules = Rules.of(new AllowedBy((_, token) -> token <= last && token > 0));
            try (Toy lm = new Toy(VOCABULARY, 100);
                    Engine engine = new Engine(lm)) {
                int[] ids = engine.run(Request.of(1)
                                .with(new Mirostat(20, 0.1, version))
                                .with(rules)
                                .withMaxTokens(50))
                        .ids();
                assertThat(Arrays.stream(ids).distinct()).hasSize(allowed).allMatch(id -> id > 0 && id <= last);
            }
        }
    }

    @Test
    void aTargetOfNothingIsGreedySearch() {
        try (Toy lm = new Toy(VOCABULARY, 100);
                Engine engine = new Engine(lm)) {
            Request request = Request.of(5).withMaxTokens(40);
            assertThat(engine.run(request.with(new Mirostat(0, 0, Version.V2))).ids())
                    .containsExactly(engine.run(request).ids());
        }
    }

    @Test
    void impossibleSettingsAreRefused() {
        for (double wrong : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> new Mirostat(wrong, 0.1, Version.V2))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("tau");
            assertThatThrownBy(() -> new Mirostat(5, wrong, Version.V2)).isInstanceOf(BadInput.class);
        }
    }

    @Test
    void itIsNamedOnACommandLine() {
        assertThat(Spec.parse("mirostat:tau=3,eta=1,version=v1_llama_cpp", Decoding.class))
                .isEqualTo(new Mirostat(3, 1, Version.V1_LLAMA_CPP));
    }
}
