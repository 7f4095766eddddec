package chainrule.studies.decoding;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.eval.Isotropy;
import chainrule.model.Cache;
import chainrule.model.Decoder;
import chainrule.model.Input;
import chainrule.model.Segment;
import chainrule.model.Side;
import chainrule.model.Step;
import chainrule.model.Tap;
import chainrule.model.Tiny;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class ShiftedTest {
    @Test
    void whatAModelSaysStaysAndItsVectorsMove() {
        int[] ids = Tiny.ids(12, 3);
        try (Decoder lm = Tiny.decoder(Tiny.llama(), 3);
                Cache plain = lm.newCache(Side.NONE);
                Cache moved = lm.newCache(Side.NONE);
                var _ = new Scope();
                var _ = new NoGradGuard()) {
            Tensor hidden =
                    lm.forward(Input.of(Ops.ids(new int[][] {ids})), Tap.NONE).hidden();
            Tensor shift = hidden.mean(0).mul(new Scalar(20));
            Shifted shifted = new Shifted(lm, shift);
            Step expected = lm.extend(List.of(Segment.prompt(plain, ids))).getFirst();
            Step found = shifted.extend(List.of(Segment.prompt(moved, ids))).getFirst();
            assertThat(torch.equal(found.logits(0, 12), expected.logits(0, 12))).isTrue();
            assertThat(torch.equal(found.hidden(), expected.hidden().add(shift)))
                    .isTrue();
            assertThat(Isotropy.of(found.hidden()).value())
                    .isLessThan(Isotropy.of(expected.hidden()).value() / 2);
        }
    }
}
