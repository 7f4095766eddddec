package chainrule.studies.data;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WikiTextTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            quoteCharacter = '`',
            value = {
                " It weighs 0 @.@ 7 – 2 @.@ 2 kg , or 1 @,@ 500 g . |It weighs 0.7 – 2.2 kg, or 1,500 g.",
                "a well @-@ known , long @-@ lived ( 24 in ) animal|a well-known, long-lived (24 in) animal",
                "The larger one is the \" crusher \" , and has round [ sic ] teeth ; it is not sharp .|"
                        + "The larger one is the \"crusher\", and has round [sic] teeth; it is not sharp.",
                "the lobster 's claws do n't grow : why ? 50 % do !|the lobster's claws don't grow: why? 50% do!",
                "costs $ 5 \" more|costs $ 5 \" more"
            })
    void wordsAndSignsAreJoinedAsTheyAreWritten(String line, String text) {
        assertThat(WikiText.joined(line)).isEqualTo(text);
    }
}
