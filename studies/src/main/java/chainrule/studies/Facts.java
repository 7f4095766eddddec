package chainrule.studies;

import chainrule.BadInput;
import chainrule.gdc.Tuning;
import chainrule.worlds.wordnet.WordNet;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What a result must say of where it came from. */
public final class Facts {
    private Facts() {}

    /** Processor, cores and Java. */
    static String machine() {
        return processor() + ", " + Runtime.getRuntime().availableProcessors() + " processors, Java "
                + Runtime.version().feature();
    }

    private static String processor() {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(l -> l.startsWith("model name"))
                    .map(l -> l.substring(l.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException e) {
            return (System.getProperty("os.name") + " " + System.getProperty("os.arch")).toLowerCase(Locale.ROOT);
        }
    }

    /** A digest of the code of this program's modules, of the machine and of {@code settings}. */
    static String program(String settings) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        for (Class<?> of : List.of(BadInput.class, WordNet.class, Tuning.class, Facts.class)) {
            try (Stream<Path> files = Files.walk(Path.of(
                    of.getProtectionDomain().getCodeSource().getLocation().toURI()))) {
                for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                    digest.update(Files.readAllBytes(file));
                }
            } catch (URISyntaxException e) {
                throw new IllegalStateException(e);
            }
        }
        digest.update((machine() + "\n" + settings).getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest.digest());
    }

    /** The commit that {@code folder} is at; {@code unknown} where there is none, and marked where files were changed. */
    public static String commit(Path folder) {
        String head = git(folder, "rev-parse", "--short", "HEAD");
        return head.isEmpty()
                ? "unknown"
                : head + (git(folder, "status", "--porcelain", "-uno").isEmpty() ? "" : "+");
    }

    private static String git(Path folder, String... arguments) {
        String[] command = new String[arguments.length + 3];
        command[0] = "git";
        command[1] = "-C";
        command[2] = folder.toString();
        System.arraycopy(arguments, 0, command, 3, arguments.length);
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0 ? out.strip() : "";
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
