package chainrule.decode;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.decode.filter.Epsilon;
import chainrule.decode.filter.Eta;
import chainrule.decode.filter.Temperature;
import chainrule.decode.filter.TopH;
import chainrule.decode.filter.TopP;
import java.util.List;
import org.junit.jupiter.api.Test;

class FilteredSamplingTest extends DecodingContract {
    @Override
    protected Decoding method() {
        return new FilteredSampling(List.of(new Epsilon(0.001), new Eta(0.01), new Temperature(1.5), new TopH(0.9)));
    }

    @Test
    void samplingIsTheSameWithItsFiltersInOrder() {
        try (Toy lm = new Toy(VOCABULARY, 64);
                Engine engine = new Engine(lm)) {
            Request request = Request.of(1).withSeed(3, 0);
            Decoding general = new FilteredSampling(List.of(new Temperature(0.8), new TopP(0.9)));
            assertThat(engine.run(request.with(general)).ids())
                    .containsExactly(engine.run(request.with(new Sampling(0.8, 0, 0.9, 0, 1)))
                            .ids());
        }
    }
}
