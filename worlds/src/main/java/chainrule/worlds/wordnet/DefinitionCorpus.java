package chainrule.worlds.wordnet;

import chainrule.data.Corpus;
import chainrule.data.Document;
import chainrule.data.Permutation;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * WordNet as lines that define words, for a small language model that does the same. A document is one word in one
 * meaning:
 *
 * <pre>
 * maxi (adjective): used of women's clothing having a hemline at the ankle; "wanted a maxi-length coat"
 * noma (noun): [state] acute ulceration of the mucous membranes of the mouth or genitals
 * work (verb): [motion] move in an agitated manner; "His fingers worked with tension"
 * </pre>
 *
 * <ul>
 *   <li>The word and its part of speech make up the prompt, and nothing else does, so that any word can be asked for.
 *   <li>The domain comes next: one short word for the coarsest question about a meaning. A small model that has answered
 *       it keeps to it for the rest of the line, where it would otherwise open with what suits most domains and mix
 *       them; and who writes it into the prompt chooses the meaning. Adjectives and adverbs, whose domain is always the
 *       same, and the 51 most general nouns have none.
 *   <li>Meanings have lines of their own: a numbered list would make the model end by length rather than by sense.
 *   <li>All words of a synset get its definition, but each example only one: the longest of the words that it contains,
 *       else the first.
 *   <li>The order is shuffled: a window of the training text would otherwise hold a definition's neighbours and its copies
 *       for the synonyms, and teach copying.
 * </ul>
 *
 * Synsets are held out as a whole, and with them all that have the same definition word for word, so that no definition
 * is met in both parts.
 *
 * @param share the fraction of definitions held out
 * @param seed of the order and of what is held out
 */
public record DefinitionCorpus(WordNet wordNet, double share, long seed) implements Corpus {
    /** One definition in a hundred held out, seed 0. */
    public DefinitionCorpus(WordNet wordNet) {
        this(wordNet, 0.01, 0);
    }

    /** The start of a word's lines, which asks a model for the rest. */
    public static String prompt(String word, PartOfSpeech partOfSpeech) {
        return word + " (" + partOfSpeech + "):";
    }

    /** The line of a word in one meaning. */
    public static String line(Sense sense) {
        Synset synset = sense.synset();
        var line = new StringBuilder(prompt(sense.word(), synset.partOfSpeech()));
        if (hasSubject(synset)) {
            line.append(" [").append(synset.domain()).append(']');
        }
        line.append(' ').append(synset.definition());
        for (String example : synset.examples()) {
            if (sense.word().equals(owner(example, synset.words()))) {
                line.append("; \"").append(example).append('"');
            }
        }
        return line.toString().replace('`', '\'');
    }

    /** All lines. */
    @Override
    public Stream<Document> documents() {
        return lines(_ -> true);
    }

    /** The lines to train on. */
    public Corpus training() {
        return () -> lines(synset -> !isHeldOut(synset));
    }

    /** The lines to measure on. */
    public Corpus heldOut() {
        return () -> lines(this::isHeldOut);
    }

    private Stream<Document> lines(Predicate<Synset> wanted) {
        List<Sense> senses = wordNet.synsets().stream()
                .filter(wanted)
                .flatMap(synset -> synset.words().stream().map(word -> new Sense(word, synset)))
                .toList();
        var order = new Permutation(Math.max(1, senses.size()), seed);
        return IntStream.range(0, senses.size())
                .mapToObj(i -> senses.get((int) order.at(i)))
                .map(sense -> new Document.Text(
                        line(sense), "WordNet " + sense.synset().id()));
    }

    private boolean isHeldOut(Synset synset) {
        return new SplittableRandom(seed << 32 ^ synset.definition().hashCode()).nextDouble() < share;
    }

    private static boolean hasSubject(Synset synset) {
        return switch (synset.partOfSpeech()) {
            case NOUN, VERB -> !synset.domain().equals("Tops");
            case ADJECTIVE, ADVERB -> false;
        };
    }

    /** The word that an example is for. */
    private static String owner(String example, List<String> words) {
        return words.stream()
                .filter(word -> contains(example, word))
                .max(Comparator.comparingInt(String::length))
                .orElse(words.getFirst());
    }

    /** Whether {@code word} begins somewhere in {@code example}; its last e or y may have given way to an ending. */
    private static boolean contains(String example, String word) {
        int stem = word.length() - (word.endsWith("e") || word.endsWith("y") ? 1 : 0);
        return IntStream.range(0, example.length())
                .filter(i -> i == 0 || !Character.isLetterOrDigit(example.charAt(i - 1)))
                .anyMatch(i -> example.regionMatches(true, i, word, 0, stem));
    }
}
