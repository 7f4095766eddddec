package chainrule.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chainrule.BadInput;
import chainrule.decode.filter.Distribution;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SamplingTest extends DecodingContract {
    @Override
    protected Decoding method() {
        return new Sampling(1.3, 20, 0.95, 0.01, 0.98);
    }

    @Test
    void tokensAreDrawnAsOftenAsTheirProbabilitySays() {
        int[] counts = new int[6];
        int draws = 2000;
        try (Toy lm = new Toy(6, 10);
                Engine engine = new Engine(lm, new Engine.Limits(200, Long.MAX_VALUE))) {
            List<Request> requests = new ArrayList<>();
            for (int i = 0; i < draws; i++) {
                requests.add(
                        Request.of(1, 2).with(new Sampling()).withMaxTokens(1).withSeed(5, i));
            }
            engine.run(requests).forEach(r -> counts[r.ids()[0]]++);
            Distribution d = Distribution.of(lm.scores(1, 2));
            for (int v = 0; v < 6; v++) {
                double p = d.probability(v);
                double deviation = Math.sqrt(p * (1 - p) / draws);
                assertThat(counts[v] / (double) draws).as("token " + v).isCloseTo(p, within(4 * deviation + 1e-9));
            }
        }
    }

    @Test
    void textsOfABatchAndSeedsDiffer() {
        try (Toy lm = new Toy(VOCABULARY, 64);
                Engine engine = new Engine(lm)) {
            Set<List<Token>> texts = new HashSet<>();
            for (int i = 0; i < 5; i++) {
                texts.add(
                        engine.run(Request.of(1).with(method()).withSeed(1, i)).tokens());
                texts.add(engine.run(Request.of(1).with(method()).withSeed(2 + i, 0))
                        .tokens());
            }
            assertThat(texts).hasSize(10);
        }
    }

    @Test
    void impossibleSettingsAreRefused() {
        assertThatThrownBy(() -> new Sampling(-1, 0, 1, 0, 1))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("temperature");
        assertThatThrownBy(() -> new Sampling(Double.NaN, 0, 1, 0, 1)).isInstanceOf(BadInput.class);
        assertThatThrownBy(() -> new Sampling(1, -1, 1, 0, 1))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("topK");
        assertThatThrownBy(() -> new Sampling(1, 0, 1.1, 0, 1))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("topP");
        assertThatThrownBy(() -> new Sampling(1, 0, 1, 0, 0))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("typical");
    }
}
