package chainrule;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where tests find reference files: the repository's {@code golden/}, and {@code shared/} beside the repository for tests of tier model. */
public final class Golden {
    private Golden() {}

    /** The reference file {@code golden/name}; fails where it is absent. */
    public static Path path(String name) {
        Path file = root().resolve("golden").resolve(name);
        if (!Files.exists(file)) {
            throw new AssertionError("the reference file golden/" + name + " is missing from the repository");
        }
        return file;
    }

    /** {@code shared/name} beside the repository, where it exists. */
    public static Optional<Path> shared(String name) {
        Path file = root().resolveSibling("shared").resolve(name);
        return Files.exists(file) ? Optional.of(file) : Optional.empty();
    }

    /** The repository's root: the first folder upwards that holds {@code golden}. */
    public static Path root() {
        for (Path p = Path.of("").toAbsolutePath(); p != null; p = p.getParent()) {
            if (Files.isDirectory(p.resolve("golden")) && Files.isRegularFile(p.resolve("pom.xml"))) {
                return p;
            }
        }
        throw new AssertionError("no folder named golden above " + Path.of("").toAbsolutePath());
    }
}
