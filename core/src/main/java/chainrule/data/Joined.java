package chainrule.data;

import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/** Corpora one after another. @param ifEmpty what is said where none of them has a document */
record Joined(List<Corpus> parts, String ifEmpty) implements Corpus {
    @Override
    public Stream<Document> documents() {
        return documents(_ -> {});
    }

    @Override
    public Stream<Document> documents(LongConsumer read) {
        return Documents.stream(new Chain(parts, ifEmpty, read));
    }

    @Override
    public OptionalLong bytes() {
        List<OptionalLong> each = parts.stream().map(Corpus::bytes).toList();
        return each.stream().allMatch(OptionalLong::isPresent)
                ? OptionalLong.of(
                        each.stream().mapToLong(OptionalLong::getAsLong).sum())
                : OptionalLong.empty();
    }
}
