package chainrule.studies.distil;

import chainrule.data.Document;
import chainrule.studies.Lab;
import chainrule.studies.Size;
import chainrule.studies.data.DataSets;
import chainrule.worlds.wordnet.DefinitionCorpus;
import chainrule.worlds.wordnet.WordNet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Questions with their answers, those about one subject all in one part.
 *
 * @param training eight of ten subjects
 * @param measured one of ten, for what a model says of given answers
 * @param asked one of ten, to be answered
 */
record Questions(List<Pair> training, List<Pair> measured, List<Pair> asked) {
    /** @param brief whether the answer is a name or a number that is right or wrong */
    record Pair(String question, String answer, boolean brief) {
        /** What a model reads before the token that an answer begins with. */
        String prompt() {
            return "Human:\n" + question + "\n\nAssistant:\n";
        }
    }

    private static final Pattern GENE = Pattern.compile("^Mutations in the (\\w+) gene cause");
    private static final Pattern INHERITED =
            Pattern.compile("inherited in an? ((?:autosomal|X-linked) (?:dominant|recessive)) pattern");
    private static final int SMOKE = 60;
    private static final long SEED = 17;

    static Questions of(Size size, Lab lab) throws IOException {
        Questions all = new Questions(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        if (size == Size.SMOKE) {
            all.definitions();
            return all;
        }
        Path file = lab.data().files(DataSets.MEDQUAD_GHR).getFirst();
        try (Stream<String> lines = Files.lines(file)) {
            lines.map(l -> JsonMapper.shared().readTree(l)).forEach(all::add);
        }
        return all;
    }

    /** A pair of the data set, and a brief one where its answer says something brief. */
    private void add(JsonNode line) {
        String subject = line.required("focus").stringValue();
        String answer = line.required("answer").stringValue();
        add(subject, new Pair(line.required("question").stringValue(), answer, false));
        Matcher gene = GENE.matcher(answer);
        if (gene.find()) {
            add(subject, new Pair("Which gene is mutated in " + subject + "?", gene.group(1), true));
        }
        Matcher inherited = INHERITED.matcher(answer);
        if (inherited.find()) {
            add(subject, new Pair("How is " + subject + " inherited?", inherited.group(1), true));
        }
    }

    /** Words and what they mean. */
    private void definitions() {
        try (Stream<Document> lines =
                new DefinitionCorpus(WordNet.load()).training().documents()) {
            lines.limit(SMOKE)
                    .map(d -> ((Document.Text) d).text().split(": ", 2))
                    .forEach(parts -> {
                        boolean brief = parts[1].length() < 30;
                        add(parts[0], new Pair(parts[0], parts[1], brief));
                    });
        }
    }

    private void add(String subject, Pair pair) {
        int tenth = new SplittableRandom(SEED + subject.hashCode()).nextInt(10);
        (tenth == 0 ? asked : tenth == 1 ? measured : training).add(pair);
    }
}
