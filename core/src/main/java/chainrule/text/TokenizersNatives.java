package chainrule.text;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import chainrule.BadInput;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;

/**
 * The native library {@code tokenizers} from its jar, loaded once: unpacked to {@code
 * ${CHAINRULE_HOME:-~/.cache/chainrule}/natives}, or to a temporary folder where that cannot be written.
 *
 * <p>The jar's own loader is not used: it looks for graphics processors, may download a build for them, and reports its
 * use over the network.
 */
final class TokenizersNatives {
    /** Why it could not be loaded. */
    private static final Optional<BadInput> FAULT = load();

    private TokenizersNatives() {}

    /** @throws BadInput where the jar has no natives for this machine, or they do not load */
    static TokenizersLibrary library() {
        FAULT.ifPresent(fault -> {
            throw fault;
        });
        return TokenizersLibrary.LIB;
    }

    @SuppressWarnings("restricted")
    private static Optional<BadInput> load() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String system = os.startsWith("mac") ? "osx" : os.startsWith("windows") ? "win" : "linux";
        String arch = System.getProperty("os.arch").matches("aarch64|arm64") ? "aarch64" : "x86_64";
        String resources = "/native/lib/" + system + "-" + arch + "/cpu/";
        List<String> names = system.equals("win")
                ? List.of("libwinpthread-1.dll", "libgcc_s_seh-1.dll", "libstdc++-6.dll", "tokenizers.dll")
                : List.of(System.mapLibraryName("tokenizers"));
        try {
            Path folder = folder();
            for (String name : names) {
                System.load(unpack(resources + name, folder.resolve(name)).toString());
            }
            return Optional.empty();
        } catch (BadInput e) {
            return Optional.of(e);
        } catch (IOException e) {
            return Optional.of(new BadInput(
                    "The tokenizers' native library cannot be unpacked (" + e.getMessage()
                            + "): make room, or set CHAINRULE_HOME to a folder that can be written.",
                    e));
        } catch (UnsatisfiedLinkError e) {
            return Optional.of(
                    new BadInput("The tokenizers' native library does not load here (" + e.getMessage() + ").", e));
        }
    }

    private static Path folder() throws IOException {
        Properties properties = new Properties();
        try (InputStream in = resource("/native/lib/tokenizers.properties").openStream()) {
            properties.load(in);
        }
        String home = System.getenv("CHAINRULE_HOME");
        Path base = home == null ? Path.of(System.getProperty("user.home"), ".cache", "chainrule") : Path.of(home);
        Path folder = base.resolve("natives").resolve("tokenizers-" + properties.getProperty("version"));
        try {
            return Files.createDirectories(folder).toAbsolutePath();
        } catch (IOException e) {
            return Files.createTempDirectory("chainrule-tokenizers");
        }
    }

    /** Another process may do the same at the same time: the file is written aside and renamed. */
    private static Path unpack(String name, Path target) throws IOException {
        URL resource = resource(name);
        if (Files.exists(target)
                && Files.size(target) == resource.openConnection().getContentLengthLong()) {
            return target;
        }
        Path part = Files.createTempFile(target.getParent(), "unpacking", ".part");
        try (InputStream in = resource.openStream()) {
            Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
            Files.move(part, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
        return target;
    }

    private static URL resource(String name) {
        URL resource = TokenizersLibrary.class.getResource(name);
        if (resource == null) {
            throw new BadInput("The tokenizers library has no " + name
                    + ": its natives are for Linux on x86-64 and arm64, macOS on arm64 and Windows on x86-64.");
        }
        return resource;
    }
}
