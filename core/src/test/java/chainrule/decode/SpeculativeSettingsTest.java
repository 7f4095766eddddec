package chainrule.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import chainrule.Spec;
import chainrule.decode.draft.Chance;
import chainrule.decode.draft.Draft;
import chainrule.decode.draft.DraftModel;
import chainrule.decode.draft.Drafter;
import chainrule.decode.draft.Drafting;
import chainrule.decode.draft.Law;
import chainrule.decode.draft.Lookup;
import chainrule.decode.draft.Lossless;
import chainrule.decode.draft.NamedModel;
import chainrule.decode.draft.Shape;
import chainrule.decode.draft.Typical;
import chainrule.decode.filter.TopP;
import chainrule.decode.rule.Path;
import chainrule.model.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What speculative decoding is told: its settings, and what a drafter is shown. */
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

    /** Writes down what the model says of the tokens of the text, and drafts from the text. */
    private record Listening(List<float[]> heard) implements Drafter.Custom {
        @Override
        public Drafting prepare(Path prompt, Law law, Chance chance) {
            Drafting lookup = new Lookup(1).prepare(prompt, law, chance);
            return new Drafting() {
                @Override
                public Draft propose(Path path, Shape shape) {
                    return lookup.propose(path, shape);
                }

                @Override
                public void prompt(Step chunk) {
                    for (int row = 0; row < chunk.rows(); row++) {
                        heard.add(chunk.scores(row));
                    }
                }

                @Override
                public void learn(Step read, int... rows) {
                    for (int row : rows) {
                        heard.add(read.scores(row));
                    }
                }
            };
        }
    }

    @Test
    void aDrafterLearnsWhatTheModelSaysOfEveryTokenOnce() {
        List<float[]> heard = new ArrayList<>();
        int[] prompt = new int[600];
        Arrays.setAll(prompt, i -> i % 30);
        try (Toy lm = new Toy(VOCABULARY, 700);
                Engine engine = new Engine(lm)) {
            Result result = engine.run(Request.of(prompt)
                    .with(new Speculative(new Listening(heard), 4, List.of(), new Sampling(), new Lossless()))
                    .withMaxTokens(60));
            assertThat(result.drafted().orElseThrow().accepted()).isPositive();
            int[] text = IntStream.concat(Arrays.stream(prompt), Arrays.stream(result.ids()))
                    .toArray();
            assertThat(heard).hasSize(text.length - 1);
            for (int i = 0; i < heard.size(); i += 7) {
                assertThat(heard.get(i)).as("token " + i).containsExactly(lm.scores(Arrays.copyOf(text, i + 1)));
            }
        }
    }
}
