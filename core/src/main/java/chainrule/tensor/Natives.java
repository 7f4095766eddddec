package chainrule.tensor;

import chainrule.BadInput;
import java.util.Locale;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;

/**
 * Loads libtorch once, after a look at the machine: an unsuitable one gets a sentence instead of a crash.
 *
 * <p>JavaCPP compares the memory of the whole process with a limit derived from {@code -Xmx} and reports a false
 * out-of-memory error when mapped weights exceed it; that guard is switched off here, before the first native object.
 */
public final class Natives {
    private static final String PLATFORM = start();

    private Natives() {}

    /** Loads libtorch if it is not loaded yet. @throws BadInput where this machine cannot run it */
    @SuppressWarnings("ReturnValueIgnored")
    public static void load() {
        PLATFORM.length();
    }

    /** The platform's name as the natives' artifacts use it, as in {@code linux-x86_64}. */
    public static String platform() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        String name = os.startsWith("mac") ? "macosx" : os.startsWith("windows") ? "windows" : "linux";
        return name + "-" + (arch.equals("aarch64") || arch.equals("arm64") ? "arm64" : "x86_64");
    }

    private static String start() {
        switchOffMemoryGuard();
        Processor.check();
        String platform = platform();
        if (platform.equals("linux-arm64")) {
            throw new BadInput("libtorch has no natives for linux-arm64: use Linux x86-64, macOS or Windows.");
        }
        try {
            Loader.load(torch.class);
        } catch (UnsatisfiedLinkError e) {
            throw new BadInput(
                    "libtorch's natives for " + platform + " cannot be loaded (" + e.getMessage()
                            + "): put the artifact io.chainrule:chainrule-natives-" + platform
                            + " (type pom) on the class path.",
                    e);
        }
        return platform;
    }

    private static void switchOffMemoryGuard() {
        for (String limit : new String[] {"org.bytedeco.javacpp.maxPhysicalBytes", "org.bytedeco.javacpp.maxBytes"}) {
            if (System.getProperty(limit) == null) {
                System.setProperty(limit, "0");
            }
        }
    }
}
