package chainrule.studies.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import chainrule.studies.Report;
import chainrule.studies.Reports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class PageTest {
    private final Report report = Reports.toy();

    @Test
    void aResultFileIsReadAsItWasWritten(@TempDir Path folder) throws IOException {
        Path file = ResultFile.path(folder, report);
        ResultFile.write(report, file);
        assertThat(file.getFileName()).hasToString("toy.laptop.json");
        assertThat(ResultFile.read(file)).isEqualTo(report);
        assertThat(folder.toFile().list()).containsExactly("toy.laptop.json");
    }

    @Test
    void claimsHaveTheFieldsThatScriptsRead() {
        JsonNode json = JsonMapper.shared().readTree(ResultFile.text(report));
        JsonNode claim = json.get("claims").get(0);
        assertThat(claim.get("id").stringValue()).isEqualTo("sum");
        assertThat(claim.get("published").doubleValue()).isEqualTo(2);
        assertThat(claim.get("ours").doubleValue()).isEqualTo(2);
        assertThat(claim.get("gate").booleanValue()).isTrue();
        assertThat(claim.get("verdict").stringValue()).isEqualTo("holds");
        assertThat(claim.has("interval")).isFalse();
        assertThat(json.get("claims").get(1).get("published").isNull()).isTrue();
        assertThat(json.get("claims").get(2).get("interval").size()).isEqualTo(2);
        assertThat(json.get("claims").get(3).get("ours").isNull()).isTrue();
        assertThat(json.get("seeds").size()).isEqualTo(3);
    }

    @Test
    void aFileThatIsNoResultIsRefused(@TempDir Path folder) throws IOException {
        for (String content : List.of("{", "[]", "{\"study\":\"x\"}")) {
            Path file = Files.writeString(folder.resolve("x.laptop.json"), content);
            assertThatThrownBy(() -> ResultFile.read(file))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("x.laptop");
        }
    }

    @Test
    void aPageNeedsNothingElseAndEscapesWhatTextsSay() {
        String page = HtmlPage.of(report);
        assertThat(page)
                .contains("<svg", "On &lt;toys&gt; &amp;", "unclear", "there are no pears", "upon<br>&lt;script&gt;");
        assertThat(page).doesNotContain("<script", "src=", "@import", "url(");
    }

    @Test
    void aChartHasABarForEachFigureAndAMarkForAPublishedOne() {
        String svg = report.outcome().bars().getFirst().svg();
        assertThat(svg.split("<rect", -1)).hasSize(3);
        assertThat(svg.split("published: 3", -1)).hasSize(2);
        assertThat(svg).contains("ours", "2.5", "Apples (kg)");
    }

    @Test
    void theReadmesTableIsReplacedBetweenItsMarks() {
        String begin = "<!-- studies: written by ./chainrule study --docs . -->\n";
        String readme = "# A\n" + begin + "stale row\n<!-- end of studies -->\nrest\n";
        String fresh = Documents.withTable(readme, List.of(report));
        assertThat(fresh).startsWith("# A\n" + begin + "| study |").endsWith("<!-- end of studies -->\nrest\n");
        assertThat(fresh).contains("| `toy` |", "sum 2 apples (holds); spread").doesNotContain("stale row");
        assertThat(Documents.withTable(fresh, List.of(report))).isEqualTo(fresh);
        assertThatThrownBy(() -> Documents.withTable("# A\n", List.of())).isInstanceOf(BadInput.class);
    }

    @Test
    void aPageOfTheDocumentationHasClaimsTablesAndTheCommand() {
        String page = Markdown.page(report);
        assertThat(page)
                .contains("./chainrule study toy --size laptop", "| Monday \\| Tuesday | 3 | 0.25 |", "2 \\| 4 is odd");
    }
}
