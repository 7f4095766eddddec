package chainrule.tensor;

import chainrule.BadInput;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;

/**
 * Loads libtorch once, after a look at the machine: an unsuitable one gets a sentence instead of a crash.
 *
 * <p>JavaCPP compares the memory of the whole process with a limit derived from {@code -Xmx} and reports a false
 * out-of-memory error when mapped weights exceed it; that guard is switched off here, before the first native object.
 */
public final class Natives {
    /** JavaCPP's settings where the user has none; looking for builds for graphics processors takes half a second. */
    private static final Map<String, String> DEFAULTS = Map.of(
            "org.bytedeco.javacpp.maxPhysicalBytes", "0",
            "org.bytedeco.javacpp.maxBytes", "0",
            "org.bytedeco.javacpp.platform.extension", "");

    private static final class Library {
        /** Why it could not be loaded. */
        static final Optional<BadInput> FAULT = start();
    }

    private Natives() {}

    /** Loads libtorch if it is not loaded yet. @throws BadInput where this machine cannot run it */
    public static void load() {
        Library.FAULT.ifPresent(fault -> {
            throw fault;
        });
    }

    /** Begins to load libtorch while the caller goes on; {@link #load} says whether it could be. */
    public static void loadAhead() {
        Thread.ofPlatform().daemon().name("chainrule-natives").start(() -> {
            try {
                load();
            } catch (BadInput e) {
                // Whoever needs libtorch will be told.
            }
        });
    }

    /** The platform's name as the natives' artifacts use it, as in {@code linux-x86_64}. */
    public static String platform() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        String name = os.startsWith("mac") ? "macosx" : os.startsWith("windows") ? "windows" : "linux";
        return name + "-" + (arch.equals("aarch64") || arch.equals("arm64") ? "arm64" : "x86_64");
    }

    private static Optional<BadInput> start() {
        setDefaults();
        String platform = platform();
        try {
            Processor.check();
            if (platform.equals("linux-arm64")) {
                throw new BadInput("libtorch has no natives for linux-arm64: use Linux x86-64, macOS or Windows.");
            }
            Loader.load(torch.class);
            return Optional.empty();
        } catch (BadInput e) {
            return Optional.of(e);
        } catch (UnsatisfiedLinkError e) {
            return Optional.of(new BadInput(
                    "libtorch's natives for " + platform + " cannot be loaded (" + e.getMessage()
                            + "): put the artifact io.chainrule:chainrule-natives-" + platform
                            + " (type pom) on the class path.",
                    e));
        }
    }

    private static void setDefaults() {
        DEFAULTS.forEach((name, value) -> {
            if (System.getProperty(name) == null) {
                System.setProperty(name, value);
            }
        });
    }
}
