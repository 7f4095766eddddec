package chainrule.worlds.wordnet;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What a synset, or a word in it, is to another: "B is A's hypernym" (wninput(5WN)). */
public enum Relation {
    HYPERNYM("@"),
    INSTANCE_HYPERNYM("@i"),
    HYPONYM("~"),
    INSTANCE_HYPONYM("~i"),
    MEMBER_HOLONYM("#m"),
    SUBSTANCE_HOLONYM("#s"),
    PART_HOLONYM("#p"),
    MEMBER_MERONYM("%m"),
    SUBSTANCE_MERONYM("%s"),
    PART_MERONYM("%p"),
    ANTONYM("!"),
    ATTRIBUTE("="),
    DERIVATION("+"),
    SIMILAR("&"),
    ALSO_SEE("^"),
    VERB_GROUP("$"),
    ENTAILMENT("*"),
    CAUSE(">"),
    PARTICIPLE("<"),
    /** Of an adjective the noun it pertains to, of an adverb the adjective it comes from. */
    PERTAINYM("\\"),
    CATEGORY(";c"),
    REGION(";r"),
    USAGE(";u"),
    CATEGORY_MEMBER("-c"),
    REGION_MEMBER("-r"),
    USAGE_MEMBER("-u");

    private static final Map<String, Relation> BY_SYMBOL =
            Arrays.stream(values()).collect(Collectors.toMap(relation -> relation.symbol, Function.identity()));

    private final String symbol;

    Relation(String symbol) {
        this.symbol = symbol;
    }

    static Relation of(String symbol) {
        Relation relation = BY_SYMBOL.get(symbol);
        if (relation == null) {
            throw new IllegalArgumentException("no relation " + symbol);
        }
        return relation;
    }
}
