package chainrule.studies.page;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.studies.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the repository says of its studies is what their result files say. */
class DocumentsTest {
    private static final Path ROOT = Path.of("..");

    @Test
    void theReadmesTableAndThePagesAreThoseOfTheResults() throws IOException {
        List<Report> reports = Documents.reports(ROOT.resolve("results"));
        assertThat(reports).isNotEmpty();
        String readme = Files.readString(ROOT.resolve("README.md"));
        assertThat(Documents.withTable(readme, reports)).isEqualTo(readme);
        for (Report report : reports) {
            assertThat(ROOT.resolve("docs/" + report.study() + ".md")).content().isEqualTo(Markdown.page(report));
        }
    }
}
