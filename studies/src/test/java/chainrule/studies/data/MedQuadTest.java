package chainrule.studies.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;

class MedQuadTest {
    private static byte[] zip(String... namesAndTexts) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            for (int i = 0; i < namesAndTexts.length; i += 2) {
                zip.putNextEntry(new ZipEntry(namesAndTexts[i]));
                zip.write(namesAndTexts[i + 1].getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toByteArray();
    }

    private static String document(String id, String pairs) {
        return "<Document id=\"" + id + "\" source=\"GHR\" url=\"u\"><Focus> a  b </Focus><QAPairs>" + pairs
                + "</QAPairs></Document>";
    }

    private static String pair(String type, String answer) {
        return "<QAPair><Question qtype=\"" + type + "\">What is \"it\"?</Question><Answer>" + answer
                + "</Answer></QAPair>";
    }

    @Test
    void answeredQuestionsOfTheFolderAreALineEachInTheOrderOfTheFiles() throws IOException {
        byte[] archive = zip(
                "M-1/two/2.xml", document("2", pair("x", "It&apos;s\n  so.") + pair("y", "  ")),
                "M-1/two/1.xml", document("1", pair("z", "Yes.")),
                "M-1/one/3.xml", document("3", pair("z", "No.")));
        assertThat(new String(MedQuad.lines(archive, "two"), StandardCharsets.UTF_8))
                .isEqualTo("""
                        {"doc": "1", "source": "GHR", "url": "u", "focus": "a b", "qtype": "z", "question": "What is \\"it\\"?", "answer": "Yes."}
                        {"doc": "2", "source": "GHR", "url": "u", "focus": "a b", "qtype": "x", "question": "What is \\"it\\"?", "answer": "It's so."}
                        """);
    }

    @Test
    void entitiesOfADocumentsOwnAreRefused() throws IOException {
        byte[] archive = zip("M/two/1.xml", "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>");
        assertThatThrownBy(() -> MedQuad.lines(archive, "two"))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("cannot be read");
    }
}
