package chainrule.studies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import chainrule.studies.Finding.Verdict;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class StudiesTest {
    @Test
    void aRunSaysSomethingOfEveryClaim() throws IOException {
        Report report = Studies.run(new Toy(true), Size.SMOKE, Toy.lab(), "abc");
        assertThat(report.outcome().findings()).extracting(Finding::claim).isEqualTo(new Toy(true).claims(Size.SMOKE));
        assertThat(report.commit()).isEqualTo("abc");
        assertThat(report.seconds()).isPositive();
        assertThatThrownBy(() -> Studies.run(new Toy(false), Size.SMOKE, Toy.lab(), "abc"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("unsaid");
    }

    @Test
    void severalSeedsAreClearOnlyOutsideTheirInterval() {
        Claim claim = Claim.gate("id", "it is above 1", "");
        assertThat(claim.above(1, 2.0, 2.1, 1.9).verdict()).isEqualTo(Verdict.HOLDS);
        assertThat(claim.above(1, 0.2, 0.1, 0.3).verdict()).isEqualTo(Verdict.FAILS);
        assertThat(claim.above(1, 0.0, 2.5, 1.2).verdict()).isEqualTo(Verdict.UNCLEAR);
        Finding two = claim.above(0, 1.0, 3.0);
        assertThat(two.ours()).isEqualTo(2);
        // The standard error of 1 and 3 is 1.
        assertThat(two.interval()).contains(new Finding.Interval(0, 4));
        assertThat(claim.above(1, 1.5).interval()).isEmpty();
        assertThat(claim.above(1, 0.5).verdict()).isEqualTo(Verdict.FAILS);
    }

    @Test
    void aStudyStandsOrFallsWithItsGates() {
        Report report = Toy.report();
        assertThat(report.gates()).extracting(f -> f.claim().id()).containsExactly("sum", "spread");
        assertThat(report.verdict()).isEqualTo(Verdict.UNCLEAR);
    }

    @Test
    void unknownNamesAreAnsweredWithThoseThereAre() {
        assertThatThrownBy(() -> Studies.find("nothing"))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("nothing");
        assertThatThrownBy(() -> Size.parse("huge"))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("smoke, laptop");
    }
}
