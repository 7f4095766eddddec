package chainrule.apps.cli;

import chainrule.BadInput;
import chainrule.checkpoint.ModelStore;
import chainrule.local.Machine;
import chainrule.local.ModelArgument;
import chainrule.nn.Compute;
import chainrule.tensor.Natives;
import chainrule.tensor.Processor;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.global.torch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code doctor}: what this machine has of what is needed. */
@Command(
        name = "doctor",
        description = "Show what this machine has of what models need: Java, processor, natives, memory, model store.",
        footer = {"", "Example:", "  ./chainrule doctor"})
final class Doctor implements Verb {
    @Option(names = "--json", description = "Print one JSON object.")
    boolean json;

    @Override
    public int run(Console console) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("java", System.getProperty("java.runtime.version") + ", " + System.getProperty("java.vendor"));
        all.put(
                "vectorApi",
                Machine.vectorApi() ? "present" : "absent: start Java with --add-modules=jdk.incubator.vector");
        all.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        all.put("processor", Processor.describe());
        all.put("amx", Processor.amx() ? "yes" : "no");
        all.put("bf16", Processor.bf16() ? "yes" : "no: products in bf16 are slow here");
        all.put("vnni", Processor.vnni() ? "yes" : "no");
        all.put("memory", memory());
        Optional<String> broken = natives(all);
        all.put("store", store(console.environment()));
        all.put(
                "offline",
                console.environment().getOrDefault("CHAINRULE_OFFLINE", "").equals("1")
                        ? "yes: nothing is fetched"
                        : "no");
        all.put("defaultModel", defaultModel());
        if (json) {
            console.json(all);
        } else {
            all.forEach((name, value) -> console.println(String.format(Locale.ROOT, "%-13s %s", name, value)));
        }
        broken.ifPresent(why -> console.note("chainrule: " + why));
        return broken.isPresent() ? FAILURE : DONE;
    }

    /** What libtorch says of itself; or why it cannot be loaded. */
    private static Optional<String> natives(Map<String, Object> all) {
        long began = System.nanoTime();
        try {
            Natives.load();
            all.put(
                    "natives",
                    String.format(
                            Locale.ROOT,
                            "libtorch %s for %s, loaded in %.1f s",
                            torch.class.getPackage().getImplementationVersion(),
                            Natives.platform(),
                            (System.nanoTime() - began) / 1e9));
            all.put("threads", torch.get_num_threads());
            all.put(
                    "int8",
                    Machine.int8()
                            .map(Object::toString)
                            .orElse(
                                    "this libtorch has no code for it: 8-bit weights are computed with in bf16 or f32"));
            all.put("decoding", Compute.forDecoding().toString());
            all.put("training", Compute.forTraining().toString());
            return Optional.empty();
        } catch (BadInput e) {
            all.put("natives", "cannot be loaded");
            return Optional.ofNullable(e.getMessage());
        }
    }

    private static String memory() {
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return String.format(
                Locale.ROOT,
                "%.1f GB, %.1f GB free; Java's heap at most %.1f GB",
                system.getTotalMemorySize() / 1e9,
                system.getFreeMemorySize() / 1e9,
                Runtime.getRuntime().maxMemory() / 1e9);
    }

    private static String store(Map<String, String> environment) {
        ModelStore store = ModelStore.of(environment);
        return store.root() + ", models: " + store.names().size();
    }

    private static String defaultModel() {
        try {
            return ModelArgument.defaultModel().map(Path::toString).orElse("none");
        } catch (BadInput e) {
            return String.valueOf(e.getMessage());
        }
    }
}
