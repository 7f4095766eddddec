package chainrule.data;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The examples of one file of JSON lines, one or more of each line. */
record ExampleFile(Path file, Function<ExampleLines.Line, List<Document>> examples) implements Corpus {
    /** Those of files and folders, one after another. */
    static Corpus all(List<Path> sources, Function<ExampleLines.Line, List<Document>> examples) {
        List<Corpus> files = sources.stream()
                .flatMap(source -> Corpus.files(source).stream())
                .<Corpus>map(file -> new ExampleFile(file, examples))
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
        Deque<Document> ready = new ArrayDeque<>();
        return Documents.stream(new Documents() {
            @Override
            public @Nullable Document next() {
                if (ready.isEmpty()) {
                    ExampleLines.Line line = lines.next();
                    if (line == null) {
                        return null;
                    }
                    ready.addAll(examples.apply(line));
                }
                return ready.removeFirst();
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
