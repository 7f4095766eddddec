package chainrule.studies.decoding;

import chainrule.data.Corpus;
import chainrule.data.Document;
import chainrule.studies.Lab;
import chainrule.studies.Size;
import chainrule.studies.data.DataSets;
import chainrule.studies.data.WikiText;
import chainrule.text.Tokenizer;
import chainrule.worlds.wordnet.DefinitionCorpus;
import chainrule.worlds.wordnet.WordNet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Beginnings of texts and how people went on, in tokens; all of one length.
 *
 * @param prefixes what methods go on from
 * @param human the tokens after each
 */
record Openings(List<int[]> prefixes, List<int[]> human) {
    /** How many texts, and how many tokens of each are the beginning and are to be written. */
    record Shape(int texts, int prefix, int tokens) {
        static Shape of(Size size) {
            return size == Size.SMOKE ? new Shape(12, 16, 48) : new Shape(64, 40, 128);
        }
    }

    /** Half from news articles and half from encyclopedia paragraphs; lines that define words at {@code SMOKE}. */
    static Openings of(Size size, Tokenizer tokenizer, Lab lab) throws IOException {
        Shape shape = Shape.of(size);
        Openings all = new Openings(new ArrayList<>(), new ArrayList<>());
        if (size == Size.SMOKE) {
            all.take(shape.texts, definitions(shape), shape, tokenizer);
            return all;
        }
        Path news = lab.data().files(DataSets.WIKINEWS).getFirst();
        try (Stream<Document> documents = Corpus.of(news).documents()) {
            all.take(shape.texts / 2, documents.map(d -> ((Document.Text) d).text()), shape, tokenizer);
        }
        Path paragraphs = lab.data().files(DataSets.WIKITEXT).getFirst();
        try (Stream<String> lines = Files.lines(paragraphs)) {
            all.take(shape.texts - shape.texts / 2, lines.map(WikiText::joined), shape, tokenizer);
        }
        return all;
    }

    /** Some lines of definitions to each text. */
    private static Stream<String> definitions(Shape shape) {
        List<String> lines;
        try (Stream<Document> held =
                new DefinitionCorpus(WordNet.load()).heldOut().documents()) {
            lines = held.limit(shape.texts * 8L)
                    .map(d -> ((Document.Text) d).text())
                    .toList();
        }
        return Stream.iterate(0, i -> i + 8)
                .limit(shape.texts)
                .map(i -> lines.subList(i, i + 8).stream().collect(Collectors.joining("\n")));
    }

    /** Takes the first {@code count} texts that are long enough and whose opening has no word left out. */
    private void take(int count, Stream<String> texts, Shape shape, Tokenizer tokenizer) {
        int wanted = prefixes.size() + count;
        for (Iterator<String> each = texts.iterator(); each.hasNext() && prefixes.size() < wanted; ) {
            int[] ids = tokenizer.ids(each.next(), false);
            int[] opening = Arrays.copyOf(ids, Math.min(ids.length, shape.prefix));
            if (ids.length >= shape.prefix + shape.tokens
                    && !tokenizer.decode(opening, false).contains(WikiText.UNKNOWN)) {
                prefixes.add(opening);
                human.add(Arrays.copyOfRange(ids, shape.prefix, shape.prefix + shape.tokens));
            }
        }
    }

    int tokens() {
        return human.getFirst().length;
    }
}
