package chainrule.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import chainrule.model.Decoder;
import chainrule.model.DecoderConfig;
import chainrule.model.Tiny;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FlopsTest {
    static List<DecoderConfig> configs() {
        return Tiny.all();
    }

    @ParameterizedTest
    @MethodSource("configs")
    void bodyAndHeadAreTwoForEachWeightThatMultiplies(DecoderConfig config) {
        try (Decoder lm = Tiny.decoder(config, 1)) {
            long matrices = lm.parameters().tensors().entrySet().stream()
                    .filter(e ->
                            e.getKey().startsWith("blocks.") && e.getValue().dim() == 2)
                    .mapToLong(e -> e.getValue().numel())
                    .sum();
            Flops flops = Flops.of(config);
            assertThat(flops.body()).isEqualTo(2 * matrices);
            assertThat(flops.head()).isEqualTo(2L * config.vocabulary() * config.width());
        }
    }

    @Test
    void attentionGrowsWithWhatIsSeenUpToTheWindow() {
        Flops llama = Flops.of(Tiny.llama());
        // 3 layers, 4 heads of 16: scores and mixture, a multiplication and an addition each.
        assertThat(llama.perToken(8) - llama.perToken(7)).isEqualTo(3 * 4 * 16 * 2 * 2);
        Flops window = Flops.of(Tiny.window());
        assertThat(window.perToken(6) - window.perToken(5)).isEqualTo(3 * 4 * 20 * 2 * 2);
        assertThat(window.perToken(7)).isEqualTo(window.perToken(6));
    }

    @Test
    void aContinuationReadsAllButItsLastToken() {
        Flops flops = new Flops(1000, 100, 1, Integer.MAX_VALUE);
        assertThat(flops.ofContinuation(1, 1)).isEqualTo(1101);
        assertThat(flops.ofContinuation(3, 2)).isEqualTo(1001 + 1002 + 1103 + 1104);
        assertThatThrownBy(() -> flops.ofContinuation(0, 2)).isInstanceOf(BadInput.class);
    }
}
