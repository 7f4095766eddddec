package chainrule.apps.cli;

import chainrule.checkpoint.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The licence that a model states: in a GGUF's metadata, at the head of its card, or by a licence's text beside it. */
final class Licence {
    private static final Pattern CARD = Pattern.compile("^licen[cs]e:\\s*[\"']?([^\"'\\s][^\"']*?)[\"']?\\s*$");
    private static final int HEAD = 100;

    private Licence() {}

    static Optional<String> of(Checkpoint checkpoint) {
        Path path = checkpoint.path().toAbsolutePath();
        Path folder = Files.isDirectory(path) ? path : path.resolveSibling("");
        return Optional.ofNullable(checkpoint.metadata().get("general.license"))
                .map(Object::toString)
                .or(() -> head(folder.resolve("README.md")).flatMap(Licence::stated))
                .or(() -> Stream.of("LICENSE", "LICENSE.txt", "LICENSE.md")
                        .flatMap(name -> head(folder.resolve(name)).stream())
                        .flatMap(lines -> lines.stream()
                                .map(String::strip)
                                .filter(l -> !l.isEmpty())
                                .limit(1))
                        .findFirst());
    }

    private static Optional<String> stated(List<String> card) {
        return card.stream()
                .map(CARD::matcher)
                .filter(m -> m.matches())
                .map(m -> m.group(1))
                .findFirst();
    }

    /** A file's first lines; empty where it cannot be read. */
    private static Optional<List<String>> head(Path file) {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try (Stream<String> lines = Files.lines(file)) {
            return Optional.of(lines.limit(HEAD).toList());
        } catch (IOException | java.io.UncheckedIOException e) {
            return Optional.empty();
        }
    }
}
