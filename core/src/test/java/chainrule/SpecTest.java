package chainrule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.decode.BeamSearch;
import chainrule.decode.BeamSearch.EarlyStopping;
import chainrule.decode.Decoding;
import chainrule.decode.Greedy;
import chainrule.decode.Sampling;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SpecTest {
    sealed interface Shape permits Circle, Angular, Scene, Shape.Custom {
        non-sealed interface Custom extends Shape {}
    }

    sealed interface Angular extends Shape permits LongBox, Opaque {}

    enum Colour {
        RED,
        DARK_BLUE
    }

    record Circle(double radius, Colour colour) implements Shape {
        Circle {
            if (radius < 0) {
                throw new BadInput("radius must not be negative, not " + radius + ".");
            }
        }

        Circle() {
            this(1.5, Colour.RED);
        }
    }

    record LongBox(int width, OptionalInt height, Optional<String> label, List<Integer> holes, boolean filled)
            implements Angular {}

    record Opaque(Runnable code) implements Angular {}

    record Scene(Shape main, List<Shape> others, long seed) implements Shape {
        Scene() {
            this(new Circle(), List.of(), 1L << 40);
        }
    }

    record Blob(List<List<Integer>> parts) implements Shape.Custom {}

    private static Shape parse(String text) {
        return Spec.parse(text, Shape.class, Blob.class);
    }

    private static void refused(String text, String... words) {
        assertThatThrownBy(() -> parse(text))
                .as(text)
                .isInstanceOf(BadInput.class)
                .message()
                .contains(words);
    }

    @Test
    void aNameAloneHasTheDefaults() {
        assertThat(parse("circle")).isEqualTo(new Circle());
        assertThat(parse(" scene ")).isEqualTo(new Scene());
    }

    @Test
    void settingsAreNamedByTheirKeysOrBareTheFirst() {
        assertThat(parse("circle:radius=2,colour=dark_blue")).isEqualTo(new Circle(2, Colour.DARK_BLUE));
        assertThat(parse("circle:2")).isEqualTo(new Circle(2, Colour.RED));
        assertThat(parse("circle:1e-3,colour=red")).isEqualTo(new Circle(0.001, Colour.RED));
        assertThat(parse("long-box:width=3,holes=[],filled=true"))
                .isEqualTo(new LongBox(3, OptionalInt.empty(), Optional.empty(), List.of(), true));
    }

    @Test
    void listsAndNestedMethodsGoAsDeepAsTheyLike() {
        assertThat(
                        parse(
                                "scene:(circle:2,colour=dark_blue),others=[circle;circle:3;scene:main=(scene:main=circle,seed=7)],seed=-5"))
                .isEqualTo(new Scene(
                        new Circle(2, Colour.DARK_BLUE),
                        List.of(
                                new Circle(),
                                new Circle(3, Colour.RED),
                                new Scene(new Scene(new Circle(), List.of(), 7), List.of(), 1L << 40)),
                        -5));
        assertThat(parse("blob:[[1;2];[];[3]]")).isEqualTo(new Blob(List.of(List.of(1, 2), List.of(), List.of(3))));
        assertThat(parse("scene:main=(blob:[[1]])"))
                .isEqualTo(new Scene(new Blob(List.of(List.of(1))), List.of(), 1L << 40));
    }

    @Test
    void whatIsFormattedParsesToTheSame() {
        List<Shape> shapes = List.of(
                new Circle(),
                new Circle(0.1 + 0.2, Colour.DARK_BLUE),
                new Circle(1e300, Colour.RED),
                new LongBox(-2, OptionalInt.of(4), Optional.of("a, [b] \"c\" \\ (d); x=1"), List.of(1, -3, 4), false),
                new LongBox(0, OptionalInt.empty(), Optional.of(" plain "), List.of(), true),
                new Scene(
                        new Scene(new Circle(2, Colour.RED), List.of(new Circle()), 3),
                        List.of(new Blob(List.of()), new Circle()),
                        9),
                new Blob(List.of(List.of(5))));
        for (Shape shape : shapes) {
            assertThat(parse(Spec.format((Record) shape))).isEqualTo(shape);
        }
    }

    @Test
    void onlyWhatDiffersFromTheDefaultsIsWritten() {
        assertThat(Spec.format(new Circle())).isEqualTo("circle");
        assertThat(Spec.format(new Circle(2, Colour.RED))).isEqualTo("circle:radius=2");
        assertThat(Spec.format(new Sampling(0.7, 0, 0.95, 0, 1))).isEqualTo("sampling:temperature=0.7,topP=0.95");
        assertThat(Spec.format(new BeamSearch(4, 2, 0.6, EarlyStopping.NEVER)))
                .isEqualTo("beam-search:best=2,lengthPenalty=0.6,earlyStopping=never");
    }

    @Test
    void methodsOfThisProjectReadAsTheirDocumentationSays() {
        assertThat(Spec.parse("greedy", Decoding.class)).isEqualTo(new Greedy());
        assertThat(Spec.parse("sampling:temperature=0.7,topK=5,topP=0.95,minP=0.1,typical=0.9", Decoding.class))
                .isEqualTo(new Sampling(0.7, 5, 0.95, 0.1, 0.9));
        assertThat(Spec.parse("beam-search:beams=6,best=3,lengthPenalty=0.8,earlyStopping=true", Decoding.class))
                .isEqualTo(new BeamSearch(6, 3, 0.8, EarlyStopping.TRUE));
        assertThatThrownBy(() -> Spec.parse("sampling:temperature=-1", Decoding.class))
                .isInstanceOf(BadInput.class)
                .hasMessage("sampling: temperature and topK must not be negative, not -1.0 and 0.");
    }

    @Test
    void whatDoesNotExistIsAnsweredWithWhatDoes() {
        refused("circel", "There is no shape 'circel'.", "Did you mean 'circle'?", "circle, long-box, scene, blob.");
        refused("LongBox", "Did you mean 'long-box'?");
        refused("opaque", "There is no shape 'opaque'.");
        refused(
                "circle:radios=3",
                "circle has no setting 'radios'.",
                "Did you mean 'radius'?",
                "It has radius, colour.");
        refused("circle:2,3", "circle has no setting '3'.");
        refused("scene:main=nothing", "There is no shape 'nothing'.");
        refused("", "There is no shape ''.");
        assertThatThrownBy(() -> Spec.parse("greedy:k=3", Decoding.class)).hasMessageContaining("It has none.");
    }

    @Test
    void valuesThatDoNotFitAreRefusedInWords() {
        refused("circle:big", "circle: radius must be a number, not 'big'.");
        refused("circle:-1", "circle: radius must not be negative, not -1.0.");
        refused("circle:colour=green", "colour must be red or dark_blue, not 'green'.");
        refused("circle:radius", "circle needs a value for 'radius': write radius=value.");
        refused("circle:radius=1,radius=2", "circle has 'radius' twice.");
        refused("long-box:width=1.5,holes=[],filled=true", "width must be a whole number, not '1.5'.");
        refused("long-box:width=3000000000,holes=[],filled=true", "between -2147483648 and 2147483647");
        refused("long-box:holes=[],filled=true", "long-box needs 'width' (whole number).");
        refused("long-box:width=1,holes=[1;x],filled=true", "holes must be a whole number, not 'x'.");
        refused("long-box:width=1,holes=[],filled=perhaps", "filled must be false or true, not 'perhaps'.");
        refused("scene:others=[circle", "leaves a bracket open");
        refused("scene:others=circle]", "closes a bracket");
        refused("long-box:label=\"x,width=1", "leaves a quote open");
    }

    @Test
    void aSumHasWeights() {
        assertThat(Spec.parseSum("circle + 0.5*circle:radius=3 + -2*scene:others=[circle;circle]", Shape.class))
                .containsExactly(
                        new Spec.Weighted<>(1, new Circle()),
                        new Spec.Weighted<>(0.5, new Circle(3, Colour.RED)),
                        new Spec.Weighted<>(
                                -2, new Scene(new Circle(), List.of(new Circle(), new Circle()), 1L << 40)));
        assertThatThrownBy(() -> Spec.parseSum("x*circle", Shape.class))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("weight");
        assertThatThrownBy(() -> Spec.parseSum("1*2*circle", Shape.class))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("weight");
        assertThatThrownBy(() -> Spec.parseSum("circle+", Shape.class)).isInstanceOf(BadInput.class);
    }

    @Test
    void aFamilyIsDescribedWithItsSettings() {
        assertThat(Spec.describe(Shape.class, Blob.class).stream().map(Spec.Member::toString))
                .containsExactly(
                        "circle:radius=1.5,colour=red",
                        "long-box:width=<whole number>,height=<whole number>,label=<text>,holes=<[whole number;...]>,filled=<true|false>",
                        "scene:main=circle,others=[],seed=1099511627776",
                        "blob:parts=<[[whole number;...];...]>");
    }

    @Test
    void everyMemberOfADecodingFamilyHasAName() {
        Set<String> names =
                Spec.describe(Decoding.class).stream().map(Spec.Member::name).collect(Collectors.toSet());
        assertThat(names).contains("greedy", "sampling", "filtered-sampling", "beam-search");
    }
}
