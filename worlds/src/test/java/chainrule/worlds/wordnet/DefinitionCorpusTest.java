package chainrule.worlds.wordnet;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.data.Corpus;
import chainrule.data.Document;
import chainrule.data.TokenFile;
import chainrule.data.Vocabulary;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DefinitionCorpusTest {
    private static final WordNet WORDNET = WordNet.load();

    @Test
    void aLineIsAPromptAndItsAnswer() {
        assertThat(line("noma", 0))
                .isEqualTo("noma (noun): [state] acute ulceration of the mucous membranes of the mouth or genitals; "
                        + "often seen in undernourished children");
        assertThat(line("dog", 0)).endsWith("; occurs in many breeds; \"the dog barked all night\"");
        assertThat(line("domestic dog", 0)).endsWith("; occurs in many breeds");
        assertThat(line("entity", 0)).startsWith("entity (noun): that which is perceived");
        assertThat(line("briskly", 0))
                .isEqualTo("briskly (adverb): in a brisk manner; \"she walked briskly in the cold air\"; "
                        + "\"'after lunch,' she said briskly\"");
        assertThat(DefinitionCorpus.prompt("quillfish", PartOfSpeech.NOUN)).isEqualTo("quillfish (noun):");
    }

    @Test
    void everyWordHasALineForEveryMeaning() {
        List<Document.Text> lines = lines(new DefinitionCorpus(WORDNET));
        long senses =
                WORDNET.synsets().stream().mapToLong(s -> s.words().size()).sum();
        assertThat(lines).hasSize((int) senses).hasSize(207_272);
        var form = Pattern.compile("\\S.* \\((noun|verb|adjective|adverb)\\): (\\[[a-z]+\\] )?\\S.*\\S");
        assertThat(lines)
                .allMatch(line -> line.ends() && form.matcher(line.text()).matches());
    }

    @Test
    void everyExampleIsInOneLineOfItsSynset() {
        for (Synset synset : WORDNET.synsets()) {
            for (String example : synset.examples()) {
                String quoted = "; \"" + example.replace('`', '\'') + '"';
                long holders = synset.words().stream()
                        .distinct()
                        .filter(word ->
                                DefinitionCorpus.line(new Sense(word, synset)).contains(quoted))
                        .count();
                assertThat(holders).as(synset.id()).isEqualTo(1);
            }
        }
    }

    @Test
    void noHeldOutDefinitionIsTrainedOn() {
        var corpus = new DefinitionCorpus(WORDNET, 0.05, 3);
        List<Document.Text> training = lines(corpus.training());
        List<Document.Text> heldOut = lines(corpus.heldOut());
        assertThat(Collections.disjoint(definitions(training), definitions(heldOut)))
                .isTrue();
        assertThat(training.size() + heldOut.size()).isEqualTo(207_272);
        assertThat(definitions(heldOut).size()).isBetween(5_000, 6_500);
    }

    @Test
    void theSeedDecidesOrderAndSplit() {
        List<Document.Text> one = lines(new DefinitionCorpus(WORDNET, 0.01, 1).heldOut());
        assertThat(lines(new DefinitionCorpus(WordNet.load(), 0.01, 1).heldOut()))
                .isEqualTo(one);
        assertThat(Set.copyOf(lines(new DefinitionCorpus(WORDNET, 0.01, 2).heldOut())))
                .isNotEqualTo(Set.copyOf(one));
        assertThat(lines(new DefinitionCorpus(WORDNET, 0, 1).heldOut())).isEmpty();
    }

    @Test
    void synonymsAreTornApart() {
        List<Document.Text> lines = lines(new DefinitionCorpus(WORDNET).training());
        long together = 0;
        for (int i = 1; i < lines.size(); i++) {
            together += lines.get(i).origin().equals(lines.get(i - 1).origin()) ? 1 : 0;
        }
        assertThat(together).isLessThan(10);
    }

    @Test
    void itIsACorpusToTokenise(@TempDir Path folder) {
        Corpus heldOut = new DefinitionCorpus(WORDNET).heldOut();
        var characters = new Vocabulary(128, 0, text -> text.chars().toArray());
        TokenFile.write(folder.resolve("held-out"), heldOut, characters, TokenFile.Progress.NONE);
        try (TokenFile file = TokenFile.open(folder.resolve("held-out"))) {
            assertThat(file.documents()).isEqualTo(lines(heldOut).size());
        }
    }

    private static String line(String word, int sense) {
        return DefinitionCorpus.line(new Sense(word, WORDNET.senses(word).get(sense)));
    }

    private static List<Document.Text> lines(Corpus corpus) {
        try (Stream<Document> documents = corpus.documents()) {
            return documents.map(Document.Text.class::cast).toList();
        }
    }

    /** The definitions of lines by the synsets they come from. */
    private static Set<String> definitions(List<Document.Text> lines) {
        return lines.stream()
                .map(line ->
                        WORDNET.synset(line.origin().replace("WordNet ", "")).definition())
                .collect(Collectors.toSet());
    }
}
