package chainrule.apps.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class CompareTest {
    private static final String MODEL = "../models/wordnet-7m";

    @Test
    void everyMethodGoesOnFromTheSameText(@TempDir Path folder) throws IOException {
        Path page = folder.resolve("page.html");
        String[] common = {
            "compare", "lantern (noun):", "--model", MODEL, "--compute", "f32", "--max-tokens", "12", "--seed", "1"
        };
        JsonNode json = Run.of(with(
                        common,
                        "--decoding",
                        "greedy",
                        "--decoding",
                        "contrastive-search:k=3,alpha=0.4",
                        "--decoding",
                        "momentum",
                        "--html",
                        page.toString(),
                        "--json"))
                .json();
        assertThat(json.get("prompt").stringValue()).isEqualTo("lantern (noun):");
        assertThat(json.get("texts").size()).isEqualTo(3);
        JsonNode greedy = json.get("texts").get(0);
        JsonNode alone = Run.of(
                        "generate",
                        "lantern (noun):",
                        "--model",
                        MODEL,
                        "--compute",
                        "f32",
                        "--max-tokens",
                        "12",
                        "--json")
                .json();
        assertThat(greedy.get("ids")).isEqualTo(alone.get("texts").get(0).get("ids"));
        assertThat(greedy.get("diversity").doubleValue()).isBetween(0.0, 1.0);
        assertThat(json.get("texts").get(1).get("decoding").stringValue()).startsWith("contrastive-search:k=3");
        assertThat(Files.readString(page))
                .contains("lantern (noun):", "momentum", "%  ", "score", "penalty", "class=\"t turned\"")
                .doesNotContain("<script", "src=");
        assertThat(Run.of(with(common, "--decoding", "greedy")).done())
                .startsWith("greedy\n")
                .contains("diversity", "tokens/s");
    }

    private static String[] with(String[] common, String... more) {
        return java.util.stream.Stream.concat(java.util.Arrays.stream(common), java.util.Arrays.stream(more))
                .toArray(String[]::new);
    }

    @Test
    void aMethodIsNeeded() {
        Run.of("compare", "x").refused(Verb.USAGE, "--decoding");
        Run.of("compare", "x", "--decoding", "nothing").refused(Verb.BAD_INPUT, "nothing");
    }

    @Test
    void wordsOfAPhraseThatHasOccurredAreRepeated() {
        List<Repeats.Word> words = Repeats.of(3, "a b c", "a b d\nb d e a b c");
        assertThat(words).extracting(Repeats.Word::text).containsExactly("a", "b", "d", "b", "d", "e", "a", "b", "c");
        assertThat(words)
                .extracting(Repeats.Word::repeated)
                .containsExactly(false, false, false, false, false, false, true, true, true);
        assertThat(words.get(3).lines()).isEqualTo(1);
        assertThat(Repeats.of(2, "", "x x x"))
                .extracting(Repeats.Word::repeated)
                .containsExactly(false, true, true);
    }

    @Test
    void textsStandInColumnsWhileThereIsRoom() {
        var one =
                new SideBySide.Column("one", "end", Repeats.of(2, "", "alpha beta gamma delta epsilon zeta eta theta"));
        var two = new SideBySide.Column("two", "end", Repeats.of(2, "", "x\ny"));
        List<String> wide = new SideBySide(70, false).lines(List.of(one, two));
        assertThat(wide.getFirst()).isEqualTo("one" + " ".repeat(33) + "two");
        assertThat(wide.get(2)).isEqualTo("alpha beta gamma delta epsilon   " + "   x");
        assertThat(wide).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(70));
        List<String> narrow = new SideBySide(40, false).lines(List.of(one, two));
        assertThat(narrow.getFirst()).isEqualTo("one");
        assertThat(narrow).contains("two");
        var again = new SideBySide.Column("t", "f", Repeats.of(2, "a b", "a b c"));
        assertThat(new SideBySide(40, true).lines(List.of(again)).get(2))
                .isEqualTo("\u001b[31ma\u001b[0m \u001b[31mb\u001b[0m c");
    }
}
