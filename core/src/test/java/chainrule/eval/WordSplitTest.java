package chainrule.eval;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class WordSplitTest {
    @Test
    void everyKindOfWhiteSpaceEndsAWord() {
        String spaces =
                "\t\n\u000b\f\r\u001c\u001d\u001e\u001f \u0085\u00a0\u1680\u2000\u2003\u2007\u200a\u2028\u2029\u202f\u205f\u3000";
        for (char space : spaces.toCharArray()) {
            assertThat(WordSplit.WHITESPACE.split(space + "a" + space + space + "b" + space))
                    .as("U+%04X", (int) space)
                    .containsExactly("a", "b");
            assertThat(WordSplit.strip(space + "a b" + space)).isEqualTo("a b");
        }
        assertThat(WordSplit.WHITESPACE.split("a\u200bb\ufeffc")).hasSize(1);
    }

    @Test
    void aBlankTextHasNoWords() {
        for (WordSplit split : WordSplit.values()) {
            assertThat(split.split("")).isEmpty();
            assertThat(split.split(" \n\u00a0")).isEmpty();
        }
        assertThat(WordSplit.strip(" \u00a0")).isEmpty();
    }

    @Test
    void stopsBetweenDigitsStayAndOthersGo() {
        assertThat(WordSplit.MTEVAL_13A.split("It's 3.5, or 1,000. &quot;A-b&quot; 5-6."))
                .isEqualTo(List.of("It's", "3.5", ",", "or", "1,000", ".", "\"", "A-b", "\"", "5", "-", "6", "."));
        assertThat(WordSplit.MTEVAL_INTERNATIONAL.split("Año: 3.5€ «sí» 5."))
                .isEqualTo(List.of("Año", ":", "3.5", "€", "«", "sí", "»", "5."));
    }

    @Test
    void anyNumberKeepsTheStopAfterItInTheInternationalSplit() {
        assertThat(WordSplit.MTEVAL_INTERNATIONAL.split("½.٣")).containsExactly("½.٣");
        assertThat(WordSplit.MTEVAL_INTERNATIONAL.split("b.٣")).containsExactly("b", ".", "٣");
        assertThat(WordSplit.MTEVAL_INTERNATIONAL.split("5. "))
                .as("white space at the end")
                .containsExactly("5.");
    }

    @Test
    void codePointsAreCharacters() {
        assertThat(WordSplit.CHARACTERS.split("a 🙂b")).containsExactly("a", "🙂", "b");
    }
}
