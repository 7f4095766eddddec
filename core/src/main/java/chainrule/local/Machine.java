package chainrule.local;

import chainrule.kernel.MicroKernel;
import chainrule.nn.Compute;
import chainrule.tensor.Processor;
import java.util.Optional;

/** What makes decoding fast, as far as this machine and this JVM have it. */
public final class Machine {
    private Machine() {}

    /** Whether the kernels can run: they need the module {@code jdk.incubator.vector}. */
    public static boolean vectorApi() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    }

    /** The code for 8-bit products; libtorch's builds for macOS on ARM and for Windows have none. */
    public static Optional<MicroKernel> int8() {
        return MicroKernel.here();
    }

    /** What comes nearest to {@code wanted} here. */
    static Compute nearest(Compute wanted, boolean kernels) {
        if (wanted != Compute.INT8 || (kernels && int8().isPresent())) {
            return wanted;
        }
        return Processor.bf16() ? Compute.BF16 : Compute.F32;
    }
}
