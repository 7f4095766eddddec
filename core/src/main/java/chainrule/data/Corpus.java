package chainrule.data;

import chainrule.BadInput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A collection of documents in a fixed order. Only the document at hand is in memory, of a long text only a piece.
 *
 * <p>Files are read by their names, {@code .gz} being unpacked on the way:
 *
 * <ul>
 *   <li>{@code .jsonl}, {@code .ndjson}, {@code .json}: JSON lines, one object a line; its document is a text or an
 *       array of token ids in one field. Blank lines and empty texts make no document.
 *   <li>all others: UTF-8 text, one document a file, in pieces of about a million characters that end after a line.
 * </ul>
 */
@FunctionalInterface
public interface Corpus {
    /** The fields of a JSON line that are looked for where none is named; the first of these that is there counts. */
    List<String> FIELDS = List.of("text", "ids", "input_ids");

    /**
     * The documents from the start. The stream holds a file open: close it.
     *
     * @throws BadInput (from the stream too) for what cannot be read, a line that is not UTF-8 or not the JSON expected,
     *     and a corpus without any document
     */
    Stream<Document> documents();

    /** The same; {@code read} is told a number of bytes whenever so many more have been read from a file. */
    default Stream<Document> documents(LongConsumer read) {
        return documents();
    }

    /** How many bytes will be read from files, which may be packed; empty where that is not known. */
    default OptionalLong bytes() {
        return OptionalLong.empty();
    }

    /** {@link #of(List, List)} with the usual {@link #FIELDS}. */
    static Corpus of(Path... sources) {
        return of(List.of(sources), FIELDS);
    }

    /**
     * Files and folders one after another. A folder stands for all files below it, in the order of their relative
     * paths, but for those whose path has a name that starts with a dot.
     *
     * @param fields the fields of a JSON line to look for, the most wanted first
     * @throws BadInput for a source that does not exist and a folder without files
     */
    static Corpus of(List<Path> sources, List<String> fields) {
        List<Corpus> files = sources.stream()
                .flatMap(source -> files(source).stream())
                .<Corpus>map(file -> new TextFile(file, fields))
                .toList();
        String names = sources.stream().map(Path::toString).collect(Collectors.joining(", "));
        return new Joined(files, "There is no text in " + names + ": name files that have some.");
    }

    /** Several corpora one after another. */
    static Corpus join(List<Corpus> parts) {
        return new Joined(parts, "There is no text in any of the " + parts.size() + " corpora.");
    }

    /** The files that {@link #of(List, List)} reads for one source. */
    static List<Path> files(Path source) {
        if (!Files.isDirectory(source)) {
            if (!Files.exists(source)) {
                throw new BadInput(
                        "There is no file or folder " + source + ": name text files, JSON lines or folders.");
            }
            return List.of(source);
        }
        try (Stream<Path> all = Files.walk(source, FileVisitOption.FOLLOW_LINKS)) {
            List<Path> files = all.filter(Files::isRegularFile)
                    .filter(file -> visible(source.relativize(file)))
                    .sorted(Comparator.comparing(file -> portable(source.relativize(file))))
                    .toList();
            if (files.isEmpty()) {
                throw new BadInput("The folder " + source + " has no files: name one that has.");
            }
            return files;
        } catch (IOException | UncheckedIOException e) {
            throw new BadInput("The folder " + source + " cannot be read: " + Reason.of(e) + ".", e);
        }
    }

    private static boolean visible(Path relative) {
        for (Path name : relative) {
            if (name.toString().startsWith(".")) {
                return false;
            }
        }
        return true;
    }

    private static String portable(Path relative) {
        return relative.toString().replace('\\', '/');
    }
}
