package chainrule.data;

import java.util.Spliterator;
import java.util.Spliterators.AbstractSpliterator;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Documents one after another, with the open file they come from. */
interface Documents extends AutoCloseable {
    /** The next document; null after the last. */
    @Nullable
    Document next();

    @Override
    void close();

    /** The rest of {@code documents}, which the stream closes when it is closed. */
    static Stream<Document> stream(Documents documents) {
        var each = new AbstractSpliterator<Document>(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL) {
            @Override
            public boolean tryAdvance(Consumer<? super Document> action) {
                Document next = documents.next();
                if (next != null) {
                    action.accept(next);
                }
                return next != null;
            }
        };
        return StreamSupport.stream(each, false).onClose(documents::close);
    }
}
