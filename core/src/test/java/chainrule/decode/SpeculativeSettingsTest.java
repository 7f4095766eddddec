package chainrule.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import chainrule.Spec;
import chainrule.decode.draft.DraftModel;
import chainrule.decode.draft.Drafter;
import chainrule.decode.draft.Lookup;
import chainrule.decode.draft.NamedModel;
import chainrule.decode.draft.Typical;
import chainrule.decode.filter.TopP;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What speculative decoding refuses, and how it is written. */
class SpeculativeSettingsTest {
    private static final int VOCABULARY = 40;

    @Test
    void aDraftModelOfAnotherVocabularyIsRefusedBeforeAnythingIsRead() {
        try (Toy lm = new Toy(VOCABULARY, 64);
                Toy other = new Toy(50, 64);
                Engine engine = new Engine(lm)) {
            for (Drafter draft : List.of(new DraftModel(other), new DraftModel(lm), new NamedModel("small"))) {
                Request request = Request.of(1).with(new Speculative(draft, 3));
                String word = draft instanceof NamedModel ? "'small'" : draft.equals(new DraftModel(lm)) ? "own" : "50";
                assertThatThrownBy(() -> engine.submit(request))
                        .isInstanceOf(BadInput.class)
                        .hasMessageContaining(word);
            }
            assertThat(lm.passes() + other.passes()).isZero();
        }
    }

    @Test
    void theTextFormHasTheDraftByItsNameAndAModelByItsOwn() {
        assertThat(Spec.parse("speculative", Decoding.class)).isEqualTo(new Speculative());
        assertThat(Spec.parse("speculative:draft=lookup,tokens=7", Decoding.class))
                .isEqualTo(new Speculative(new Lookup(), 7));
        assertThat(Spec.parse("speculative:draft=(lookup:ngram=2)", Decoding.class))
                .isEqualTo(new Speculative(new Lookup(2), 4));
        assertThat(Spec.parse("speculative:draft=runs/my-model,tokens=2", Decoding.class))
                .isEqualTo(new Speculative(new NamedModel("runs/my-model"), 2));
        Decoding all = new Speculative(
                new NamedModel("a b, c: d"),
                3,
                List.of(4, 2),
                new FilteredSampling(List.of(new TopP(0.5))),
                new Typical(0.2, 0.5));
        for (Decoding each : List.of(all, new Speculative(), new Speculative(new NamedModel("m.gguf"), 3))) {
            assertThat(Spec.parse(Spec.format((Record) each), Decoding.class)).isEqualTo(each);
        }
        assertThat(Spec.format(new Speculative(new NamedModel("runs/m"), 4))).isEqualTo("speculative:draft=runs/m");
        assertThat(Spec.describe(Decoding.class).stream().map(Object::toString))
                .contains("speculative:draft=lookup,tokens=4,widths=[],method=greedy,acceptance=lossless");
    }

    @Test
    void impossibleSettingsAreRefused() {
        for (String spec : List.of(
                "tokens=0",
                "tokens=2000",
                "widths=[0]",
                "tokens=20,widths=[2;2;2;2;2;2;2;2;2;2;2]",
                "tokens=3,widths=[1000000;1000000;1000000]",
                "tokens=2,widths=[2;2;2]",
                "method=beam-search",
                "method=speculative",
                "draft=(lookup:ngram=0)",
                "draft=\"\"",
                "acceptance=(typical:threshold=2)",
                "acceptance=(typical:alpha=-1)")) {
            assertThatThrownBy(() -> Spec.parse("speculative:" + spec, Decoding.class))
                    .as(spec)
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining(spec.split("[=:]")[spec.contains("(") ? 2 : 0].replace("draft", "name"));
        }
    }
}
