package chainrule.data;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The examples of one file of JSON lines. */
record ExampleFile(Path file, Function<ExampleLines.Line, Document> example) implements Corpus {
    /** Those of files and folders, one after another. */
    static Corpus all(List<Path> sources, Function<ExampleLines.Line, Document> example) {
        List<Corpus> files = sources.stream()
                .flatMap(source -> Corpus.files(source).stream())
                .<Corpus>map(file -> new ExampleFile(file, example))
                .toList();
        return new Joined(files, "There is no example in " + sources + ": name files that have some.");
    }

    @Override
    public Stream<Document> documents() {
        return documents(_ -> {});
    }

    @Override
    public Stream<Document> documents(LongConsumer read) {
        var lines = new ExampleLines(file, read);
        return Documents.stream(new Documents() {
            @Override
            public @Nullable Document next() {
                ExampleLines.Line line = lines.next();
                return line == null ? null : example.apply(line);
            }

            @Override
            public void close() {
                lines.close();
            }
        });
    }

    @Override
    public OptionalLong bytes() {
        return new TextFile(file, List.of()).bytes();
    }
}
