package chainrule.train;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** File changes that a crash leaves either done or not begun. */
final class Durable {
    private static final boolean WINDOWS = System.getProperty("os.name").startsWith("Windows");

    private Durable() {}

    /** Puts {@code text} in the place of what {@code file} held. */
    static void replace(Path file, String text) throws IOException {
        Path aside = file.resolveSibling("." + file.getFileName() + ".tmp");
        Files.writeString(aside, text);
        force(aside);
        move(aside, file);
    }

    /** Renames at once, over what may be there. */
    static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        force(to.toAbsolutePath().getParent());
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
        move(aside, to);
        Files.deleteIfExists(aside);
    }

    /** Brings every file below {@code folder}, and the folders, to the disk. */
    static void forceAll(Path folder) throws IOException {
        for (Path p : below(folder)) {
            force(p);
        }
    }

    static void deleteAll(Path folder) throws IOException {
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
        boolean folder = Files.isDirectory(path);
        if (folder && WINDOWS) {
            return;
        }
        try (var channel = FileChannel.open(path, folder ? StandardOpenOption.READ : StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }
}
