package chainrule.studies.training;

import chainrule.BadInput;
import chainrule.data.Document;
import chainrule.studies.Lab;
import chainrule.studies.Size;
import chainrule.studies.data.DataSets;
import chainrule.text.Tokenizer;
import chainrule.worlds.wordnet.DefinitionCorpus;
import chainrule.worlds.wordnet.WordNet;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Texts in tokens, cut into rows.
 *
 * @param training rows of length + 1 tokens
 * @param judging rows of the same length from other texts
 * @param openings beginnings from these other texts, which models continue
 * @param shape of all of it
 */
record Material(List<int[]> training, List<int[]> judging, List<int[]> openings, Shape shape) {
    /**
     * @param length T, tokens of a row
     * @param openings how many
     * @param prefix tokens of an opening
     * @param tokens that are written after it
     */
    record Shape(int length, int openings, int prefix, int tokens) {}

    /** The most rows that judge. */
    private static final int JUDGES = 64;

    /** Encyclopedia articles, 70 % to train on and 20 % to judge; definitions at {@code SMOKE}. */
    static Material articles(Size size, Shape shape, Tokenizer tokenizer, Lab lab) throws IOException {
        List<String> texts = size == Size.SMOKE
                ? definitions()
                : articles(Files.readString(lab.data().files(DataSets.WIKITEXT).getFirst()));
        return of(texts, shape, tokenizer);
    }

    /** Dialogues with the speakers' names before their turns, likewise. */
    static Material dialogues(Shape shape, Tokenizer tokenizer, Lab lab) throws IOException {
        try (Stream<String> lines =
                Files.lines(lab.data().files(DataSets.DIALOGUES).getFirst())) {
            return of(lines.map(Material::spoken).toList(), shape, tokenizer);
        }
    }

    private static String spoken(String line) {
        StringBuilder text = new StringBuilder();
        for (JsonNode turn : JsonMapper.shared().readTree(line).required("turns")) {
            text.append(turn.get(0).stringValue())
                    .append(": ")
                    .append(turn.get(1).stringValue())
                    .append('\n');
        }
        return text.toString();
    }

    /** WikiText's articles: each begins with a line {@code = Title =}. */
    static List<String> articles(String text) {
        return Stream.of(text.split("(?m)(?=^ = [^=].* = $)"))
                .filter(a -> !a.isBlank())
                .toList();
    }

    /** Twenty texts of some lines of definitions. */
    private static List<String> definitions() {
        try (Stream<Document> held =
                new DefinitionCorpus(WordNet.load()).heldOut().documents()) {
            List<String> lines =
                    held.limit(800).map(d -> ((Document.Text) d).text()).toList();
            return IntStream.range(0, 20)
                    .mapToObj(i -> String.join("\n", lines.subList(40 * i, 40 * (i + 1))))
                    .toList();
        }
    }

    private static Material of(List<String> texts, Shape shape, Tokenizer tokenizer) {
        int train = texts.size() * 7 / 10;
        int judge = texts.size() * 8 / 10;
        List<int[]> training = rows(texts.subList(0, train), shape.length + 1, tokenizer);
        List<int[]> judging = rows(texts.subList(judge, texts.size()), shape.length + 1, tokenizer);
        List<int[]> openings = judging.stream()
                .limit(shape.openings)
                .map(row -> Arrays.copyOf(row, shape.prefix))
                .toList();
        if (training.isEmpty() || openings.size() < shape.openings) {
            throw new BadInput("The texts are too short: " + training.size() + " rows to train on and "
                    + openings.size() + " to judge, of " + shape.length + " tokens.");
        }
        return new Material(training, judging.stream().limit(JUDGES).toList(), openings, shape);
    }

    /** All texts in order as one sequence, cut into whole rows. */
    private static List<int[]> rows(List<String> texts, int length, Tokenizer tokenizer) {
        int[] all = texts.stream()
                .flatMapToInt(t -> Arrays.stream(tokenizer.ids(t, false)))
                .toArray();
        List<int[]> rows = new ArrayList<>();
        for (int at = 0; at + length <= all.length; at += length) {
            rows.add(Arrays.copyOfRange(all, at, at + length));
        }
        return rows;
    }
}
