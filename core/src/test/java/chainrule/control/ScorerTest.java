package chainrule.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import chainrule.Spec;
import chainrule.control.Scorer.Gender;
import chainrule.control.Scorer.Unit;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScorerTest {
    private static double of(Scorer scorer, String text) {
        return scorer.of(new Sequence(new int[] {1, 2, 3}, text));
    }

    @Test
    void aWordIsAWholeWordAndItsCapitalsCount() {
        Scorer amazing = new Scorer.ContainsWord("amazing");
        assertThat(of(amazing, "It is amazing, really.")).isEqualTo(1);
        assertThat(of(amazing, "It was amazingly good.")).isZero();
        assertThat(of(amazing, "Amazing!")).isZero();
        assertThat(of(new Scorer.ContainsWord("don't"), "I don't know")).isEqualTo(1);
        assertThat(of(new Scorer.ContainsWord("known"), "a well-known man")).isZero();
        assertThat(of(new Scorer.ContainsAny(List.of("comet", "star")), "A star fell."))
                .isEqualTo(1);
        assertThat(of(new Scorer.ContainsAny(List.of("comet", "star")), "A start."))
                .isZero();
    }

    @Test
    void partsAreFoundInsideWords() {
        assertThat(of(new Scorer.Contains("th"), "matthew")).isEqualTo(1);
        assertThat(of(new Scorer.EndsWith("a"), "anna\n")).isEqualTo(1);
        assertThat(of(new Scorer.EndsWith("a"), "anne")).isZero();
        assertThat(of(new Scorer.StartsWith("q"), "quentin")).isEqualTo(1);
        assertThat(of(new Scorer.StartsWith("q"), "aqua")).isZero();
    }

    @Test
    void lengthsAreCountedInTheirUnit() {
        assertThat(of(new Scorer.Length(Unit.TOKENS), "a b")).isEqualTo(3);
        assertThat(of(new Scorer.Length(Unit.WORDS), "well, a 𝒳b")).isEqualTo(3);
        assertThat(of(new Scorer.Length(Unit.CHARACTERS), "𝒳b")).isEqualTo(2);
        assertThat(of(new Scorer.LengthWithin(2, 3, Unit.TOKENS), "")).isEqualTo(1);
        assertThat(of(new Scorer.LengthWithin(4, 9, Unit.TOKENS), "")).isZero();
    }

    @Test
    void theMajorityOfPronounsDecidesAndATieIsNobodys() {
        Scorer female = new Scorer.PronounMajority(Gender.FEMALE);
        Scorer male = new Scorer.PronounMajority(Gender.MALE);
        assertThat(of(female, "Then she and her dog met him.")).isEqualTo(1);
        assertThat(of(male, "Then she and her dog met him.")).isZero();
        assertThat(of(female, "she met him")).isZero();
        assertThat(of(male, "she met him")).isZero();
        // As in the paper's program a pronoun at the start of a sentence does not count; his and hers never do.
        assertThat(of(male, "He was born. His name was Ed.")).isZero();
        assertThat(of(new Scorer.PronounMajority(Gender.MALE, true), "He was born."))
                .isEqualTo(1);
    }

    @Test
    void featuresAreNamedAndReadFromTheirTextForm() {
        assertThat(new Scorer.EndsWith("a").name()).isEqualTo("ends-with:part=a");
        assertThat(Spec.parse("contains-any:words=[star;comet]", Scorer.class))
                .isEqualTo(new Scorer.ContainsAny(List.of("star", "comet")));
        assertThat(Spec.parse("pronoun-majority:gender=female,ignoreCase=true", Scorer.class))
                .isEqualTo(new Scorer.PronounMajority(Gender.FEMALE, true));
        assertThat(Spec.parse("length:unit=words", Scorer.class)).isEqualTo(new Scorer.Length(Unit.WORDS));
        assertThat(Scorer.ofText("shouts", t -> t.endsWith("!")).name()).isEqualTo("shouts");
    }

    @Test
    void whatCannotBeAFeatureIsRefused() {
        assertThatThrownBy(() -> new Scorer.Contains(" ")).isInstanceOf(BadInput.class);
        assertThatThrownBy(() -> new Scorer.LengthWithin(3, 2, Unit.WORDS)).isInstanceOf(BadInput.class);
        assertThatThrownBy(() -> Constraint.onAverage(new Scorer.Contains("a"), Double.NaN))
                .isInstanceOf(BadInput.class);
    }
}
