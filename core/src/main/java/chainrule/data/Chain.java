package chainrule.data;

import chainrule.BadInput;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Corpora one after another, of which one is open at a time. Without any document they are a {@link BadInput}. */
final class Chain implements Documents {
    private final Iterator<Corpus> parts;
    private final String ifEmpty;
    private final LongConsumer read;
    private boolean empty = true;
    private Stream<Document> open = Stream.empty();
    private Iterator<Document> documents = Collections.emptyIterator();

    Chain(List<Corpus> parts, String ifEmpty, LongConsumer read) {
        this.parts = parts.iterator();
        this.ifEmpty = ifEmpty;
        this.read = read;
    }

    @Override
    public @Nullable Document next() {
        while (!documents.hasNext()) {
            open.close();
            if (!parts.hasNext()) {
                if (empty) {
                    throw new BadInput(ifEmpty);
                }
                return null;
            }
            open = parts.next().documents(read);
            documents = open.iterator();
        }
        empty = false;
        return documents.next();
    }

    @Override
    public void close() {
        open.close();
    }
}
