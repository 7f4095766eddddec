package chainrule.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class LossCurveTest {
    private static final List<Measurement> TWENTY =
            LongStream.rangeClosed(1, 20).mapToObj(RunFolderTest::measurement).toList();

    private static Document picture(List<Measurement> all) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(LossCurve.svg(all))));
    }

    private static List<double[]> points(Document svg, int line) {
        String points = ((Element) svg.getElementsByTagName("polyline").item(line)).getAttribute("points");
        return Stream.of(points.strip().split(" "))
                .map(p ->
                        Stream.of(p.split(",")).mapToDouble(Double::parseDouble).toArray())
                .toList();
    }

    @Test
    void aFallingLossGoesRightAndDown() throws Exception {
        List<double[]> points = points(picture(TWENTY), 1);
        assertThat(points).hasSize(20);
        for (int i = 1; i < 20; i++) {
            assertThat(points.get(i)[0]).isGreaterThan(points.get(i - 1)[0]);
            assertThat(points.get(i)[1]).isGreaterThan(points.get(i - 1)[1]);
        }
        assertThat(points).allMatch(p -> p[0] >= 0 && p[0] <= 840 && p[1] >= 0 && p[1] <= 440);
    }

    @Test
    void theHeldOutLossHasALineOfItsOwn() throws Exception {
        assertThat(points(picture(TWENTY), 2)).hasSize(10);
        assertThat(picture(TWENTY).getElementsByTagName("circle").getLength()).isEqualTo(10);
    }

    @Test
    void lossesFarOffOrWithoutNumberStillMakeAPicture() throws Exception {
        assertThat(picture(List.of()).getElementsByTagName("polyline").getLength())
                .isZero();
        assertThat(picture(TWENTY.subList(0, 1))
                        .getElementsByTagName("polyline")
                        .getLength())
                .isEqualTo(2);
        List<Measurement> flat = LongStream.rangeClosed(1, 3)
                .mapToObj(s -> new Measurement(
                        s, 0, 1e6, 0, 0, 0, 0, java.util.OptionalDouble.empty(), 0, new java.util.TreeMap<>()))
                .toList();
        assertThat(LossCurve.svg(flat)).doesNotContain("NaN").doesNotContain("Infinity");
    }

    @Test
    void aLongRunIsThinned() throws Exception {
        var many = LongStream.rangeClosed(1, 50_000)
                .mapToObj(RunFolderTest::measurement)
                .toList();
        assertThat(points(picture(many), 1)).hasSizeBetween(1000, 1100);
        assertThat(LossCurve.svg(many).length()).isLessThan(1_000_000);
    }
}
