package chainrule.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class TokenF1Test {
    @Test
    void valuesAndNormalFormsAreTheMethodsOwn() {
        var cases = GoldenJson.read("mezo/mezo.json").required("f1");
        assertThat(cases.size()).isGreaterThan(10);
        GoldenJson.stream(cases).forEach(c -> {
            String prediction = c.required("prediction").stringValue();
            assertThat(TokenF1.normal(prediction))
                    .isEqualTo(c.required("normalized").stringValue());
            assertThat(new TokenF1(prediction, GoldenJson.strings(c.required("gold"))).value())
                    .as(prediction)
                    .isCloseTo(c.required("f1").doubleValue(), within(1e-12));
        });
    }
}
