package chainrule.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import chainrule.model.CausalLM;
import chainrule.model.Decoder;
import chainrule.model.Tap;
import chainrule.model.Tiny;
import chainrule.nn.Compute;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NextTokenTest extends ObjectiveContract {
    @Override
    Mean objective() {
        return new NextToken(7);
    }

    @ParameterizedTest
    @CsvSource({"1,true", "7,true", "36,true", "512,true", "7,false", "512,false"})
    void chunksGiveWhatTheWholeGives(int chunk, boolean tied) {
        try (Decoder lm = Tiny.decoder(Tiny.gpt2().tied(tied), 3);
                var _ = new Scope()) {
            CausalLM plain = new WithoutHeadWeight(lm);
            lm.parameters().tensors().values().forEach(p -> p.set_requires_grad(true));
            double expected = plainLoss(lm, Samples.masked());
            assertThat(new NextToken(chunk).sum(lm, Samples.masked()).item_double())
                    .isCloseTo(expected, within(1e-5));
            assertThat(new NextToken(chunk).sum(plain, Samples.masked()).item_double())
                    .isCloseTo(expected, within(1e-5));
            var whole = gradients(plain, List.of(Samples.masked()));
            var chunked = gradients(lm, List.of(Samples.masked()));
            whole.forEach(
                    (path, g) -> assertThat(g.sub(chunked.get(path)).abs().max().item_double())
                            .as(path)
                            .isLessThan(1e-6 * Math.max(1, g.abs().max().item_double())));
        }
    }

    @Test
    void termsAreTheTrainedTokens() {
        try (var _ = new Scope()) {
            assertThat(new NextToken().terms(Samples.masked())).isEqualTo(4 * 9 - 9 - 4);
        }
    }

    @Test
    void aBatchWithoutTrainedTokensSumsToZeroAndHasNoGradient() {
        try (Decoder lm = Tiny.decoder(Tiny.llama(), 3);
                var _ = new Scope()) {
            Batch some = Samples.masked();
            Batch none = new Batch(some.input(), some.targets(), torch.zeros_like(some.mask()));
            assertThat(new NextToken().terms(none)).isZero();
            gradients(lm, List.of(none))
                    .values()
                    .forEach(g -> assertThat(g.abs().sum().item_double()).isZero());
        }
    }

    @Test
    void bfloat16ComputesCloseToFloat32() {
        try (Decoder lm = Tiny.decoder(Tiny.llama(), 3);
                var _ = new Scope()) {
            double exact = new NextToken().sum(lm, Samples.masked()).item_double();
            double rough =
                    new NextToken().sum(lm.in(Compute.BF16), Samples.masked()).item_double();
            assertThat(rough).isCloseTo(exact, within(0.02 * exact)).isNotEqualTo(exact);
        }
    }

    private static double plainLoss(Decoder lm, Batch batch) {
        Tensor logP = Ops.logSoftmax(lm.forward(batch.input(), Tap.NONE).logits(0, 36), -1);
        Tensor own = logP.gather(1, batch.targets().reshape(-1, 1)).squeeze(1);
        return -own.mul(batch.mask().flatten()).sum().item_double();
    }
}
