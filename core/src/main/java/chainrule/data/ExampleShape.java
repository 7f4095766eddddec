package chainrule.data;

import chainrule.BadInput;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a file to train on holds, as the names in its first JSON line tell. */
public enum ExampleShape {
    /** Texts or token ids, all of which is trained: what {@link Corpus#of} reads. */
    TEXT("text or ids"),
    /** {@code messages}, a chat, and {@code tools} where it has some: the assistant's messages are trained. */
    CHAT("messages"),
    /** {@code prompt} and {@code completion}, texts or messages: the completion is trained. */
    COMPLETION("prompt and completion"),
    /** {@code prompt}, {@code chosen} and {@code rejected}, texts or messages: two answers, the better one first. */
    PREFERENCE("prompt, chosen and rejected");

    private final String names;

    ExampleShape(String names) {
        this.names = names;
    }

    /** That of the first line of the first file; what is no file of JSON lines is text. */
    public static ExampleShape of(List<Path> sources) {
        Path first = Corpus.files(sources.getFirst()).getFirst();
        if (!TextFile.isJson(first)) {
            return TEXT;
        }
        try (var lines = new ExampleLines(first, _ -> {})) {
            ExampleLines.Line line = lines.next();
            return line == null ? TEXT : of(line.content());
        }
    }

    static ExampleShape of(@Nullable Object line) {
        if (!(line instanceof Map<?, ?> fields)) {
            return TEXT;
        }
        if (fields.containsKey("messages")) {
            return CHAT;
        }
        if (fields.containsKey("chosen") || fields.containsKey("rejected")) {
            return PREFERENCE;
        }
        return fields.containsKey("completion") ? COMPLETION : TEXT;
    }

    /** @throws BadInput where a line is of another shape than this one */
    void check(ExampleLines.Line line) {
        ExampleShape other = of(line.content());
        if (other != this) {
            throw line.wrong("has " + other + " where the first line has " + this + ": write lines of one kind.");
        }
    }

    /** The names that its lines have. */
    @Override
    public String toString() {
        return names;
    }
}
