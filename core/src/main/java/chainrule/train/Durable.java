package chainrule.train;

import chainrule.checkpoint.AtomicFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** File changes that a crash leaves either done or not begun, beside those of {@link AtomicFile}. */
public final class Durable {
    private Durable() {}

    /** Puts {@code text} in the place of what {@code file} held. */
    static void replace(Path file, String text) throws IOException {
        AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Makes {@code to} another name of {@code file}, or a copy where the file system has no links. */
    static void link(Path file, Path to) throws IOException {
        Path aside = to.resolveSibling("." + to.getFileName() + ".tmp");
        Files.deleteIfExists(aside);
        try {
            Files.createLink(aside, file);
        } catch (UnsupportedOperationException | IOException e) {
            Files.copy(file, aside, StandardCopyOption.REPLACE_EXISTING);
            force(aside);
        }
        AtomicFile.move(aside, to);
        Files.deleteIfExists(aside);
    }

    /** Brings every file below {@code folder}, and the folders, to the disk. */
    static void forceAll(Path folder) throws IOException {
        for (Path p : below(folder)) {
            force(p);
        }
    }

    /** Deletes a folder with all that is in it, where it exists. */
    public static void deleteAll(Path folder) throws IOException {
        if (Files.exists(folder)) {
            for (Path p : below(folder)) {
                Files.delete(p);
            }
        }
    }

    /** What is inside comes before what holds it. */
    private static List<Path> below(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.sorted(Comparator.reverseOrder()).toList();
        }
    }

    private static void force(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            AtomicFile.forceFolder(path);
            return;
        }
        try (var channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }
}
