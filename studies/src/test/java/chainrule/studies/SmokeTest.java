package chainrule.studies;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.studies.page.HtmlPage;
import java.io.IOException;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every study runs at its smallest size, on what the repository ships. What it finds there proves nothing. */
@Tag("study")
class SmokeTest {
    static Stream<Study> studies() {
        return Studies.all().stream();
    }

    @ParameterizedTest
    @MethodSource("studies")
    void aStudyRunsToItsEnd(Study study) throws IOException {
        Report report = Studies.run(study, Size.SMOKE, Toy.lab(Optional.of("../models/wordnet-7m")), "test");
        assertThat(report.outcome().tables()).isNotEmpty();
        assertThat(HtmlPage.of(report)).contains(study.paper().title());
    }
}
