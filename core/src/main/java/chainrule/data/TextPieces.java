package chainrule.data;

import java.nio.file.Path;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** A text file as one document in pieces of at most {@link #LENGTH} characters, which end after a line where they can. */
final class TextPieces implements Documents {
    static final int LENGTH = 1 << 20;

    private final Path file;
    private final Lines lines;
    private @Nullable String ahead;

    TextPieces(Path file, LongConsumer read) {
        this.file = file;
        this.lines = new Lines(file, LENGTH, read);
    }

    @Override
    public @Nullable Document next() {
        if (ahead == null) {
            ahead = lines.next();
        }
        var piece = new StringBuilder();
        while (ahead != null && piece.length() + ahead.length() <= LENGTH) {
            piece.append(ahead);
            ahead = lines.next();
        }
        return piece.isEmpty() ? null : new Document.Text(piece.toString(), file.toString(), ahead == null);
    }

    @Override
    public void close() {
        lines.close();
    }
}
