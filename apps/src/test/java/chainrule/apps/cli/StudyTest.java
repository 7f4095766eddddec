package chainrule.apps.cli;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.studies.Studies;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class StudyTest {
    @Test
    void withoutANameTheStudiesAreListed() {
        String listed = Run.of("study").done();
        Studies.all()
                .forEach(study ->
                        assertThat(listed).contains(study.name(), study.paper().title()));
    }

    @Test
    void anUnknownStudyIsBadInput() {
        Run.of("study", "no-such-study").refused(Verb.BAD_INPUT, "no study 'no-such-study'");
    }

    @Test
    void dataSetsAreListedWithTheirLicences(@TempDir Path folder) {
        Map<String, String> empty = Map.of("CHAINRULE_DATA", folder.toString(), "CHAINRULE_HOME", folder.toString());
        JsonNode json = Run.in(empty, "", "data", "list", "--json").json();
        assertThat(json.get("wikinews").get("licence").stringValue()).isEqualTo("CC BY 2.5");
        assertThat(Run.in(empty, "", "data", "list").done()).contains("spec-bench", "Apache-2.0");
    }

    @Test
    void dataAreNotFetchedOfflineOrUnderUnknownNames(@TempDir Path folder) {
        Map<String, String> offline = Map.of("CHAINRULE_DATA", folder.toString(), "CHAINRULE_OFFLINE", "1");
        Run.in(offline, "", "data", "get", "wikinews").refused(Verb.BAD_INPUT, "CHAINRULE_OFFLINE");
        Run.of("data", "get", "nothing").refused(Verb.BAD_INPUT, "no data set 'nothing'");
        Run.of("data", "get").refused(Verb.USAGE, "data list");
        assertThat(folder).isEmptyDirectory();
    }
}
