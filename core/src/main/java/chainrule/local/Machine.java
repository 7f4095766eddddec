package chainrule.local;

import chainrule.nn.Compute;
import chainrule.tensor.Natives;
import chainrule.tensor.Processor;
import chainrule.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.QEngineVector;
import org.bytedeco.pytorch.global.torch.QEngine;

/** What makes decoding fast, as far as this machine and this JVM have it. */
public final class Machine {
    private Machine() {}

    /** Whether the kernels can run: they need the module {@code jdk.incubator.vector}. */
    public static boolean vectorApi() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    }

    /** Whether libtorch has the 8-bit products of FBGEMM; its builds for macOS on ARM and for Windows have not. */
    public static boolean int8() {
        return quantisedEngines().contains(QEngine.FBGEMM.toString());
    }

    /** libtorch's engines for quantised products. */
    public static List<String> quantisedEngines() {
        Natives.load();
        try (var _ = new Scope()) {
            QEngineVector engines = Context.supportedQEngines();
            List<String> names = new ArrayList<>();
            for (long i = 0; i < engines.size(); i++) {
                names.add(engines.get(i).intern().toString());
            }
            return names;
        }
    }

    /** What comes nearest to {@code wanted} here. */
    static Compute nearest(Compute wanted, boolean kernels) {
        if (wanted != Compute.INT8 || (kernels && int8())) {
            return wanted;
        }
        return Processor.bf16() ? Compute.BF16 : Compute.F32;
    }
}
