package chainrule.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/** The documents of one file, read by its name. */
record TextFile(Path file, List<String> fields) implements Corpus {
    @Override
    public Stream<Document> documents() {
        return documents(_ -> {});
    }

    @Override
    public Stream<Document> documents(LongConsumer read) {
        return Documents.stream(isJson(file) ? new JsonLines(file, fields, read) : new TextPieces(file, read));
    }

    /** Whether the name says that a file has JSON lines. */
    static boolean isJson(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT).replaceFirst("\\.gz$", "");
        return Stream.of(".jsonl", ".ndjson", ".json").anyMatch(name::endsWith);
    }

    /** Empty for what is no plain file, such as a pipe. */
    @Override
    public OptionalLong bytes() {
        try {
            return Files.isRegularFile(file) ? OptionalLong.of(Files.size(file)) : OptionalLong.empty();
        } catch (IOException e) {
            return OptionalLong.empty(); // whoever reads it says why it cannot be read
        }
    }
}
