package chainrule.worlds.wordnet;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedSet;

/**
 * WordNet 3.1: 117,791 synsets of 148,897 English words and phrases, with what they are to one another (Miller,
 * "WordNet: a lexical database for English", 1995; Fellbaum, 1998).
 *
 * <p>{@code wordNet.senses("quill")} has the meanings of a word, the most frequent first; {@code related(synset,
 * HYPERNYM)} what a quill is a kind of; {@code related(new Sense("hot", synset), ANTONYM)} the opposite of a word.
 */
public final class WordNet {
    private final List<Synset> synsets = List.copyOf(DataFiles.synsets());
    private final Map<String, Synset> byId = new HashMap<>();
    private final Map<String, List<Synset>> byWord = new HashMap<>();

    private WordNet() {
        synsets.forEach(synset -> byId.put(synset.id(), synset));
        for (PartOfSpeech partOfSpeech : PartOfSpeech.values()) {
            DataFiles.index(partOfSpeech, (word, ids) -> {
                List<Synset> senses = byWord.computeIfAbsent(word, _ -> new ArrayList<>(ids.size()));
                ids.forEach(id -> senses.add(synset(id)));
            });
        }
    }

    /** Reads WordNet from the class path, which takes about a second. @throws chainrule.BadInput where it is absent */
    public static WordNet load() {
        return new WordNet();
    }

    /** The licence of the data, to be kept with them and with what is made of them. */
    public static String licence() {
        return DataFiles.licence();
    }

    /** All synsets: nouns, verbs, adjectives, adverbs, in the order of their ids. */
    public List<Synset> synsets() {
        return synsets;
    }

    /** All words of all synsets, capitals kept. */
    public SequencedSet<String> words() {
        SequencedSet<String> words = new LinkedHashSet<>();
        synsets.forEach(synset -> words.addAll(synset.words()));
        return Collections.unmodifiableSequencedSet(words);
    }

    public Synset synset(String id) {
        Synset synset = byId.get(id);
        if (synset == null) {
            throw new IllegalArgumentException("no synset " + id);
        }
        return synset;
    }

    /**
     * The meanings of a word in its base form, capitals ignored, the most frequent first within a part of speech; none
     * where it is unknown.
     */
    public List<Synset> senses(String word) {
        return Collections.unmodifiableList(
                byWord.getOrDefault(DataFiles.spaced(word).toLowerCase(Locale.ROOT), List.of()));
    }

    public List<Synset> senses(String word, PartOfSpeech partOfSpeech) {
        return senses(word).stream()
                .filter(synset -> synset.partOfSpeech() == partOfSpeech)
                .toList();
    }

    /** The synsets that are {@code synset}'s {@code relation}, or hold a word that is this to one of its words. */
    public List<Synset> related(Synset synset, Relation relation) {
        return synset.pointers().stream()
                .filter(pointer -> pointer.relation() == relation)
                .map(pointer -> synset(pointer.target()))
                .distinct()
                .toList();
    }

    /** The words that are {@code relation} to this very word: antonyms, derivations and others that words have. */
    public List<Sense> related(Sense sense, Relation relation) {
        int word = sense.synset().words().indexOf(sense.word()) + 1;
        return sense.synset().pointers().stream()
                .filter(pointer -> pointer.relation() == relation && pointer.word() == word)
                .map(pointer -> {
                    Synset target = synset(pointer.target());
                    return new Sense(target.words().get(pointer.targetWord() - 1), target);
                })
                .toList();
    }
}
