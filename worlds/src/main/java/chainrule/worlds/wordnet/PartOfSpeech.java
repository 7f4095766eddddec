package chainrule.worlds.wordnet;

import java.util.Arrays;
import java.util.Locale;

/** What kind of word a synset's words are, which is also how WordNet divides its files. */
public enum PartOfSpeech {
    NOUN("noun", 'n'),
    VERB("verb", 'v'),
    ADJECTIVE("adj", 'a'),
    ADVERB("adv", 'r');

    private final String file;
    private final char letter;

    PartOfSpeech(String file, char letter) {
        this.file = file;
        this.letter = letter;
    }

    /** The ending of its files' names. */
    String file() {
        return file;
    }

    /** The first letter of its synsets' ids. */
    char letter() {
        return letter;
    }

    static PartOfSpeech of(String letter) {
        char wanted = letter.equals("s") ? 'a' : letter.charAt(0);
        return Arrays.stream(values())
                .filter(p -> p.letter == wanted)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no part of speech " + letter));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
