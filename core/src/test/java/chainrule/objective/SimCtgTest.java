package chainrule.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chainrule.model.Decoder;
import chainrule.model.Input;
import chainrule.model.Tiny;
import chainrule.nn.Compute;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class SimCtgTest extends ObjectiveContract {
    @Override
    Mean objective() {
        return new SimCtg();
    }

    private static double of(double rho, Tensor vectorsTD) {
        Tensor ids = Ops.ids(new int[][] {new int[(int) vectorsTD.size(0)]});
        Batch batch = new Batch(Input.of(ids), ids, torch.ones(1, vectorsTD.size(0)));
        SimCtg loss = new SimCtg(rho);
        return loss.sum(new Given(vectorsTD.unsqueeze(0), true), batch).item_double() / loss.terms(batch);
    }

    @Test
    void theWorkedExampleAgrees() {
        try (var _ = new Scope()) {
            Tensor three = Ops.tensor(new float[] {1, 0, 0, 1, 1, 1}, 3, 2);
            assertThat(of(0.5, three)).isCloseTo(0.138071, within(1e-6));
            assertThat(of(0, three)).isCloseTo(0, within(1e-7));
        }
    }

    @Test
    void orthogonalVectorsCostNothingAndEqualOnesTheMargin() {
        try (var _ = new Scope()) {
            assertThat(of(1, torch.eye(4))).isZero();
            assertThat(of(0.3, torch.ones(4, 3))).isCloseTo(0.3, within(1e-6));
        }
    }

    @Test
    void theLengthOfAVectorCountsNot() {
        try (var _ = new Scope()) {
            Tensor three = Ops.tensor(new float[] {1, 0.2f, -0.3f, 1, 1, 1}, 3, 2);
            Tensor scaled = three.mul(Ops.tensor(new float[] {7, 0.01f, 300}, 3, 1));
            assertThat(of(0.9, scaled)).isCloseTo(of(0.9, three), within(1e-6));
        }
    }

    @Test
    void bfloat16VectorsAreComparedInFloat32() {
        try (Decoder lm = Tiny.decoder(Tiny.llama(), 3);
                var _ = new Scope()) {
            double exact = new SimCtg().sum(lm, Samples.masked()).item_double();
            double rough =
                    new SimCtg().sum(lm.in(Compute.BF16), Samples.masked()).item_double();
            assertThat(rough).isCloseTo(exact, within(0.05 * exact)).isNotEqualTo(exact);
        }
    }

    @Test
    void aMarginAboveOneIsRefused() {
        assertThatThrownBy(() -> new SimCtg(1.5)).hasMessageContaining("from 0 to 1");
    }
}
