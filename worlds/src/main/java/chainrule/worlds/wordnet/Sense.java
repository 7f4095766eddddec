package chainrule.worlds.wordnet;

/** A word in one of its meanings. */
public record Sense(String word, Synset synset) {
    public Sense {
        if (!synset.words().contains(word)) {
            throw new IllegalArgumentException(word + " is not among " + synset.words());
        }
    }
}
