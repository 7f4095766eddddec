package chainrule.worlds.wordnet;

import java.util.List;

/**
 * A set of words with one meaning.
 *
 * @param id a letter for the part of speech and the place in its file, as in {@code n00001740}
 * @param lexname the file of the lexicographers it was written in, as in {@code noun.animal}
 * @param words with spaces, in the order of the file, which puts the usual word first
 * @param examples sentences or phrases; who is quoted is left out
 */
public record Synset(
        String id,
        PartOfSpeech partOfSpeech,
        String lexname,
        List<String> words,
        String definition,
        List<String> examples,
        List<Pointer> pointers) {
    /**
     * A relation of the synset, or of one of its words, to another.
     *
     * @param word which of the synset's words it concerns, counted from 1; 0 if all
     * @param target the other synset's id
     * @param targetWord which of the target's words it concerns, likewise
     */
    public record Pointer(Relation relation, int word, String target, int targetWord) {}

    /** The subject: the lexname after its part of speech, as in {@code animal}. */
    public String domain() {
        return lexname.substring(lexname.indexOf('.') + 1);
    }
}
