package chainrule.data;

import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Small corpora for tests. */
final class Toy {
    /** Ids of characters; 0 ends a document. */
    static final Vocabulary CHARACTERS =
            new Vocabulary(1 << 16, 0, text -> text.chars().toArray());

    private Toy() {}

    static Corpus of(List<int[]> documents) {
        return () ->
                IntStream.range(0, documents.size()).mapToObj(i -> new Document.Ids(documents.get(i), "document " + i));
    }

    static TokenFile write(Path file, List<int[]> documents, int vocabulary) {
        TokenFile.write(file, of(documents), new Vocabulary(vocabulary, 0, Toy::none), TokenFile.Progress.NONE);
        return TokenFile.open(file);
    }

    /** Documents in which no id comes twice but the end, which is 0: an id tells where it stands. */
    static List<int[]> distinct(RandomGenerator random, int documents, int longest) {
        int[] next = {1};
        return IntStream.range(0, documents)
                .mapToObj(i -> IntStream.range(0, random.nextInt(1, longest + 1))
                        .map(j -> next[0]++)
                        .toArray())
                .toList();
    }

    /** All ids of a file. */
    static int[] ids(TokenFile file) {
        int[] ids = new int[(int) file.tokens()];
        file.read(0, ids, 0, ids.length);
        return ids;
    }

    private static int[] none(String text) {
        throw new AssertionError("nothing to tokenise: " + text);
    }
}
