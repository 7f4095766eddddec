package chainrule.worlds.wordnet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GlossTest {
    @Test
    void examplesAreWhatIsQuotedAfterTheDefinition() {
        check(
                "(of birds) male; especially adult; \"a cock; a tom\"; \"it crows: loudly\"  ",
                "(of birds) male; especially adult",
                "a cock; a tom",
                "it crows: loudly");
        check(
                "a range: \"a gamut of emotions\"; \"the whole range\"",
                "a range",
                "a gamut of emotions",
                "the whole range");
        check(
                "make a date; \"Has he asked you out?\" \"He asked me\"",
                "make a date",
                "Has he asked you out?",
                "He asked me");
        check("a word: the unit  of  speech", "a word: the unit of speech");
    }

    @Test
    void whoIsQuotedIsLeftOut() {
        check(
                "not cut; \"my throat uncut\"- Tobias Smollett; \"the harder the conflict\"--Thomas Paine",
                "not cut",
                "my throat uncut",
                "the harder the conflict");
    }

    @Test
    void aQuotationInsideASentenceBelongsToTheDefinition() {
        check(
                "promise of reward as in \"carrot and stick\"; \"used the carrot\"",
                "promise of reward as in \"carrot and stick\"",
                "used the carrot");
        check("a pad; \"scribbling block\" is a British term", "a pad; \"scribbling block\" is a British term");
        check(
                "anywhere; \"find it everywhere\"; (`everyplace' is informal)",
                "anywhere; (`everyplace' is informal)",
                "find it everywhere");
    }

    @Test
    void anOpenQuotationIsNotLost() {
        check("a ruler of 12\"; and more", "a ruler of 12\"; and more");
        check("a; \"never closed", "a; \"never closed");
    }

    private static void check(String gloss, String definition, String... examples) {
        assertThat(Gloss.parse(gloss).definition()).isEqualTo(definition);
        assertThat(Gloss.parse(gloss).examples()).containsExactly(examples);
    }
}
