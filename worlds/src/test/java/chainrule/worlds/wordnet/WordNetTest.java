package chainrule.worlds.wordnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import chainrule.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class WordNetTest {
    private static final WordNet WORDNET = WordNet.load();

    @Test
    void everySynsetIsThere() {
        assertThat(WORDNET.synsets()).hasSize(117_791);
        assertThat(count(Synset::partOfSpeech))
                .containsOnly(
                        entry(PartOfSpeech.NOUN, 82_192L),
                        entry(PartOfSpeech.VERB, 13_789L),
                        entry(PartOfSpeech.ADJECTIVE, 18_185L),
                        entry(PartOfSpeech.ADVERB, 3_625L));
        assertThat(WORDNET.words()).hasSize(148_897);
        assertThat(WORDNET.words()).noneMatch(word -> word.contains("_") || word.contains("("));
    }

    @Test
    void everySynsetHasADomain() {
        Map<String, Long> lexnames = count(Synset::lexname);
        assertThat(lexnames)
                .hasSize(45)
                .contains(
                        entry("noun.artifact", 11_605L),
                        entry("noun.person", 11_073L),
                        entry("noun.plant", 8_032L),
                        entry("noun.animal", 7_510L),
                        entry("noun.Tops", 51L),
                        entry("adj.all", 14_460L),
                        entry("verb.contact", 2_198L));
        assertThat(WORDNET.senses("horse").getFirst().domain()).isEqualTo("animal");
    }

    @Test
    void everyRelationIsThere() {
        Map<Relation, Long> expected = new EnumMap<>(Relation.class);
        List.of(Relation.HYPERNYM, Relation.HYPONYM).forEach(r -> expected.put(r, 89_172L));
        List.of(Relation.INSTANCE_HYPERNYM, Relation.INSTANCE_HYPONYM).forEach(r -> expected.put(r, 8_589L));
        List.of(Relation.MEMBER_HOLONYM, Relation.MEMBER_MERONYM).forEach(r -> expected.put(r, 12_288L));
        List.of(Relation.PART_HOLONYM, Relation.PART_MERONYM).forEach(r -> expected.put(r, 9_111L));
        List.of(Relation.SUBSTANCE_HOLONYM, Relation.SUBSTANCE_MERONYM).forEach(r -> expected.put(r, 797L));
        List.of(Relation.CATEGORY, Relation.CATEGORY_MEMBER).forEach(r -> expected.put(r, 6_690L));
        List.of(Relation.REGION, Relation.REGION_MEMBER).forEach(r -> expected.put(r, 1_499L));
        List.of(Relation.USAGE, Relation.USAGE_MEMBER).forEach(r -> expected.put(r, 1_370L));
        expected.put(Relation.DERIVATION, 74_680L);
        expected.put(Relation.SIMILAR, 21_434L);
        expected.put(Relation.PERTAINYM, 8_074L);
        expected.put(Relation.ANTONYM, 7_983L);
        expected.put(Relation.ALSO_SEE, 3_276L);
        expected.put(Relation.VERB_GROUP, 1_744L);
        expected.put(Relation.ATTRIBUTE, 1_278L);
        expected.put(Relation.ENTAILMENT, 408L);
        expected.put(Relation.CAUSE, 221L);
        expected.put(Relation.PARTICIPLE, 73L);
        assertThat(WORDNET.synsets().stream()
                        .flatMap(synset -> synset.pointers().stream())
                        .collect(Collectors.groupingBy(Synset.Pointer::relation, Collectors.counting())))
                .isEqualTo(expected);
    }

    @Test
    void everyPointerLeadsToAWordThatIsThere() {
        for (Synset synset : WORDNET.synsets()) {
            for (Synset.Pointer pointer : synset.pointers()) {
                Synset target = WORDNET.synset(pointer.target());
                assertThat(pointer.word()).isBetween(0, synset.words().size());
                assertThat(pointer.targetWord()).isBetween(0, target.words().size());
                assertThat(pointer.word() == 0).isEqualTo(pointer.targetWord() == 0);
            }
        }
    }

    @Test
    void whatIsBelowIsAboveSeenFromThere() {
        Map<Relation, Relation> inverse = Map.of(
                Relation.HYPONYM, Relation.HYPERNYM,
                Relation.INSTANCE_HYPONYM, Relation.INSTANCE_HYPERNYM,
                Relation.PART_MERONYM, Relation.PART_HOLONYM,
                Relation.MEMBER_MERONYM, Relation.MEMBER_HOLONYM,
                Relation.SUBSTANCE_MERONYM, Relation.SUBSTANCE_HOLONYM,
                Relation.ANTONYM, Relation.ANTONYM,
                Relation.CATEGORY_MEMBER, Relation.CATEGORY);
        for (Synset synset : WORDNET.synsets()) {
            inverse.forEach((down, up) -> WORDNET.related(synset, down)
                    .forEach(below -> assertThat(WORDNET.related(below, up)).contains(synset)));
        }
    }

    @Test
    void everyWordIsFoundInAllItsSynsets() {
        for (Synset synset : WORDNET.synsets()) {
            for (String word : synset.words()) {
                assertThat(WORDNET.senses(word, synset.partOfSpeech())).contains(synset);
            }
        }
    }

    @Test
    void aWordIsFoundWhateverItsCapitalsAndSpaces() {
        assertThat(WORDNET.senses("physical_entity"))
                .isEqualTo(WORDNET.senses("Physical Entity"))
                .hasSize(1);
        assertThat(WORDNET.senses("quillfish")).isEmpty();
        assertThat(WORDNET.senses("dog", PartOfSpeech.ADVERB)).isEmpty();
    }

    @Test
    void theMostFrequentMeaningComesFirst() {
        Synset dog = WORDNET.senses("dog").getFirst();
        assertThat(dog.words()).containsExactly("dog", "domestic dog", "Canis familiaris");
        assertThat(dog.definition()).startsWith("a member of the genus Canis").endsWith("occurs in many breeds");
        assertThat(dog.examples()).containsExactly("the dog barked all night");
        assertThat(WORDNET.related(dog, Relation.HYPERNYM))
                .extracting(synset -> synset.words().getFirst())
                .containsExactlyInAnyOrder("canine", "domestic animal");
        assertThat(WORDNET.related(dog, Relation.PART_MERONYM))
                .extracting(synset -> synset.words().getFirst())
                .containsExactly("flag");
    }

    @Test
    void wordsHaveOppositesAndDerivations() {
        Sense hot =
                new Sense("hot", WORDNET.senses("hot", PartOfSpeech.ADJECTIVE).getFirst());
        assertThat(WORDNET.related(hot, Relation.ANTONYM))
                .extracting(Sense::word)
                .containsExactly("cold");
        assertThat(WORDNET.related(hot, Relation.DERIVATION))
                .extracting(Sense::word)
                .contains("hotness");
        Sense slowly = new Sense("slowly", WORDNET.senses("slowly").getFirst());
        assertThat(WORDNET.related(slowly, Relation.PERTAINYM))
                .extracting(Sense::word)
                .containsExactly("slow");
        assertThatThrownBy(() -> new Sense("cold", hot.synset())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> WORDNET.synset("n1")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void definitionsAndExamplesAreCleanText() {
        assertThat(WORDNET.synsets())
                .allMatch(synset -> synset.definition().matches("\\S.*\\S")
                        && !synset.definition().contains("  "));
        assertThat(WORDNET.synsets().stream()
                        .mapToLong(s -> s.examples().size())
                        .sum())
                .isBetween(48_500L, 48_600L);
        assertThat(WORDNET.synsets().stream().flatMap(s -> s.examples().stream()))
                .noneMatch(example -> example.isBlank() || example.contains("\""));
    }

    @Test
    void theLicenceIsInTheNotice() throws IOException {
        String notice = Files.readString(Golden.root().resolve("worlds/NOTICE"));
        assertThat(WordNet.licence()).contains("WordNet 3.1 Copyright 2011 by Princeton University");
        assertThat(notice).contains(WordNet.licence());
    }

    private static <K> Map<K, Long> count(Function<Synset, K> key) {
        return WORDNET.synsets().stream().collect(Collectors.groupingBy(key, Collectors.counting()));
    }
}
