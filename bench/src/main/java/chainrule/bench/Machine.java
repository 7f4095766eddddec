package chainrule.bench;

import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** What the machine can do: read bandwidth, and matrix products of 2048 cubed in each number type. */
final class Machine {
    private static final int SIZE = 2048;
    private static final int REPEATS = 4;

    private Machine() {}

    static List<Workload> workloads() {
        List<Workload> all = new ArrayList<>();
        all.add(new Measured("read bandwidth", "float32 sum of 1 GB", "GB/s", Machine::bandwidth));
        all.add(new Measured("matrix product", "f32", "GFLOP/s", () -> product(ScalarType.Float)));
        all.add(new Measured("matrix product", "bf16", "GFLOP/s", () -> product(ScalarType.BFloat16)));
        all.add(new Measured("matrix product", "int8", "GFLOP/s", Machine::product8));
        return all;
    }

    private record Measured(String what, String who, String unit, java.util.function.DoubleSupplier speed)
            implements Workload {
        @Override
        public double round() {
            try (var _ = new Scope();
                    var _ = new NoGradGuard()) {
                return speed.getAsDouble();
            }
        }
    }

    private static double bandwidth() {
        Tensor x = Ops.zeros(ScalarType.Float, 1 << 28);
        x.sum();
        long began = System.nanoTime();
        for (int i = 0; i < REPEATS; i++) {
            x.sum();
        }
        return (double) REPEATS * (1L << 30) / (System.nanoTime() - began);
    }

    private static double product(ScalarType type) {
        Tensor a = torch.randn(SIZE, SIZE).to(type);
        Tensor b = torch.randn(SIZE, SIZE).to(type);
        torch.linear(a, b);
        long began = System.nanoTime();
        for (int i = 0; i < REPEATS; i++) {
            torch.linear(a, b);
        }
        return rate(began);
    }

    private static double product8() {
        Tensor scale = torch.full(new long[] {SIZE}, new Scalar(0.01)).to(ScalarType.Double);
        Tensor zero = Ops.zeros(ScalarType.Long, SIZE);
        Tensor w = torch.quantize_per_channel(torch.randn(SIZE, SIZE), scale, zero, 0, ScalarType.QInt8);
        var pack = new IValueVector(new IValue(w), new IValue());
        operator("quantized::linear_prepack").callBoxed(pack);
        IValue packed = new IValue(pack.get(0));
        IValue x = new IValue(torch.randn(SIZE, SIZE));
        OperatorHandle linear = operator("quantized::linear_dynamic");
        linear.callBoxed(new IValueVector(x, packed, new IValue(false)));
        long began = System.nanoTime();
        for (int i = 0; i < REPEATS; i++) {
            linear.callBoxed(new IValueVector(x, packed, new IValue(false)));
        }
        return rate(began);
    }

    private static OperatorHandle operator(String name) {
        return Dispatcher.singleton().findSchemaOrThrow(name, "");
    }

    private static double rate(long began) {
        return 2.0 * REPEATS * SIZE * SIZE * SIZE / (System.nanoTime() - began);
    }
}
