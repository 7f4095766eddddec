package chainrule.studies.tuning;

import chainrule.BadInput;
import chainrule.objective.Choice;
import chainrule.objective.Prompt;
import chainrule.studies.Lab;
import chainrule.studies.data.DataSets;
import chainrule.tensor.Counter;
import chainrule.text.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Sentences of film reviews and whether they are positive, in a random order.
 *
 * @param train to learn from
 * @param dev to choose by
 * @param test to judge by
 */
record Polarity(List<Sentence> train, List<Sentence> dev, List<Sentence> test) {
    /** @param positive 1 or 0, the number of the word */
    record Sentence(String text, int positive) {}

    static Polarity of(Lab lab, int train, int dev, int test, long seed) throws IOException {
        Path file = lab.data().files(DataSets.SENTENCE_POLARITY).getFirst();
        List<Sentence> all = new ArrayList<>();
        try (ZipFile zip = new ZipFile(file.toFile())) {
            all.addAll(read(zip, "neg", 0));
            all.addAll(read(zip, "pos", 1));
        }
        Counter order = Counter.of(seed, "order");
        List<Sentence> shuffled = IntStream.range(0, all.size())
                .boxed()
                .sorted(Comparator.comparingLong(i -> order.bits(i)))
                .map(all::get)
                .toList();
        return new Polarity(
                shuffled.subList(0, train),
                shuffled.subList(train, train + dev),
                shuffled.subList(train + dev, train + dev + test));
    }

    private static List<Sentence> read(ZipFile zip, String half, int positive) throws IOException {
        ZipEntry entry = zip.getEntry("sentence_polarity/rt-polarity." + half);
        if (entry == null) {
            throw new BadInput(zip.getName() + " has no rt-polarity." + half + ": fetch the data set again.");
        }
        String text = new String(zip.getInputStream(entry).readAllBytes(), StandardCharsets.ISO_8859_1);
        return text.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .map(line -> new Sentence(line, positive))
                .toList();
    }

    static List<Choice> choices(List<Sentence> sentences, Prompt prompt, Tokenizer tokenizer) {
        return sentences.stream()
                .map(s -> prompt.choice(tokenizer, Map.of("sentence", s.text), s.positive))
                .toList();
    }
}
