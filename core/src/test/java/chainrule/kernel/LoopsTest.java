package chainrule.kernel;

import static chainrule.kernel.Samples.near;
import static chainrule.kernel.Samples.normal;
import static org.assertj.core.api.Assertions.assertThat;

import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class LoopsTest {
    @Test
    void normsAgreeWithLibtorch() {
        for (int width : new int[] {8, 48, 77}) {
            float[] x = normal(width, 5);
            float[] w = normal(width, 6);
            float[] to = new float[width];
            try (var _ = new Scope()) {
                Tensor tx = Ops.tensor(x, width);
                var tw = new TensorOptional(Ops.tensor(w, width));
                Loops.rmsNorm(MemorySegment.ofArray(x), 0, w, 1e-5, MemorySegment.ofArray(to), 0);
                near(to, Ops.floats(torch.rms_norm(tx, new long[] {width}, tw, new DoubleOptional(1e-5))));
                Loops.layerNorm(MemorySegment.ofArray(x), 0, w, 1e-5, MemorySegment.ofArray(to), 0);
                near(to, Ops.floats(torch.layer_norm(tx, new long[] {width}, tw, new TensorOptional(), 1e-5, false)));
            }
        }
    }

    @Test
    void theGatedActivationAgreesWithLibtorch() {
        float[] x = normal(2 * 37, 8);
        float[] to = new float[37];
        Loops.siluTimes(MemorySegment.ofArray(x), 0, 4 * 37, MemorySegment.ofArray(to), 0, 37);
        try (var _ = new Scope()) {
            Tensor gate = Ops.tensor(Arrays.copyOf(x, 37), 37);
            Tensor up = Ops.tensor(Arrays.copyOfRange(x, 37, 74), 37);
            near(to, Ops.floats(torch.silu(gate).mul(up)));
        }
    }

    @Test
    void theLargestElementIsTheFirstOfEquals() {
        float[] x = normal(50, 9);
        x[20] = 9;
        x[44] = 9;
        assertThat(Loops.argmax(MemorySegment.ofArray(x), 0, 50)).isEqualTo(20);
    }

    @Test
    void roundingToBfloat16IsLibtorchs() {
        float[] x = normal(77, 10);
        x[3] = 1 + 0x1p-8f;
        x[4] = 1 + 0x3p-8f;
        byte[] to = new byte[2 * 78];
        Loops.round(MemorySegment.ofArray(x), 0, 77, MemorySegment.ofArray(to), 0);
        try (var _ = new Scope()) {
            Tensor expected = Ops.tensor(x, 77).to(ScalarType.BFloat16);
            byte[] bytes = Ops.segment(expected).toArray(ValueLayout.JAVA_BYTE);
            assertThat(to).startsWith(bytes).endsWith(0, 0);
        }
    }
}
