package chainrule.decode;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.tensor.Counter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StopSearchTest {
    private record Found(String text, boolean stopped) {}

    /** Letter by letter: the text up to the first stop that is complete, the longest where several are at once. */
    private static Found plain(String text, List<String> stops) {
        for (int end = 1; end <= text.length(); end++) {
            String read = text.substring(0, end);
            int longest = stops.stream()
                    .filter(read::endsWith)
                    .mapToInt(String::length)
                    .max()
                    .orElse(0);
            if (longest > 0) {
                return new Found(read.substring(0, end - longest), true);
            }
        }
        return new Found(text, false);
    }

    private static Found inPieces(String text, List<String> stops, Counter random) {
        StopSearch search = new StopSearch(stops);
        StringBuilder found = new StringBuilder();
        for (int from = 0, n = 0; from < text.length() && !search.found(); n++) {
            int to = Math.min(text.length(), from + (int) (random.uniform(n) * 5));
            found.append(search.push(text.substring(from, to)));
            assertThat(plain(text, stops).text())
                    .as("nothing is sent off that a stop string takes back")
                    .startsWith(found.toString());
            from = to;
        }
        return new Found(found + search.end(), search.found());
    }

    private static String word(Counter random, int at, int length) {
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < length; i++) {
            word.append((char) ('a' + (int) (random.uniform(at + i) * 2)));
        }
        return word.toString();
    }

    @Test
    void whereATextIsCutDoesNotDependOnItsPieces() {
        int stopped = 0;
        for (int i = 0; i < 3000; i++) {
            Counter random = Counter.of(i, "stops");
            String text = word(random, 100, 5 + i % 20);
            List<String> stops = new ArrayList<>();
            for (int k = 0; k <= i % 3; k++) {
                stops.add(word(random, 200 + 10 * k, 1 + (int) (random.uniform(300 + k) * 7)));
            }
            Found expected = plain(text, stops);
            assertThat(inPieces(text, stops, random)).as(text + " " + stops).isEqualTo(expected);
            stopped += expected.stopped() ? 1 : 0;
        }
        assertThat(stopped).as("texts with a stop string").isBetween(500, 2900);
    }

    @Test
    void onlyWhatMayBecomeAStopStringIsHeldBack() {
        StopSearch search = new StopSearch(List.of("STOP", "\n\n"));
        assertThat(search.push("go on ST")).isEqualTo("go on ");
        assertThat(search.push("ART\n")).isEqualTo("START");
        assertThat(search.push("x")).isEqualTo("\nx");
        assertThat(search.push("STO")).isEmpty();
        assertThat(search.end()).isEqualTo("STO");
        assertThat(search.found()).isFalse();
    }
}
