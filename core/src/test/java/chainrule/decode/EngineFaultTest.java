package chainrule.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import chainrule.decode.Result.Finish;
import chainrule.decode.rule.AllowedBy;
import chainrule.decode.rule.Bias;
import chainrule.decode.rule.LogitRule;
import chainrule.decode.rule.Rules;
import chainrule.decode.rule.SuppressTokens;
import chainrule.model.Tap;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** What goes wrong in an engine, and for whom. */
class EngineFaultTest {
    private static final int VOCABULARY = 30;

    private static Request request(int... prompt) {
        return Request.of(prompt).withMaxTokens(10);
    }

    @Test
    void whatOneTextThrowsFailsThatTextOnly() {
        try (Toy lm = new Toy(VOCABULARY, 50);
                Engine engine = new Engine(lm)) {
            LogitRule broken = new AllowedBy((path, _) -> {
                if (path.generated() == 3) {
                    throw new IllegalStateException("no such state");
                }
                return true;
            });
            Decoding lost = new Misbehaving((text, read) -> Choice.commit(5));
            Decoding beyond = new Misbehaving((text, read) -> new Choice(new int[] {0}, new int[] {0}, false));
            Decoding unfaithful = new Misbehaving((text, read) -> Choice.commit());
            Tap torn = (_, _) -> {
                throw new IllegalStateException("a torn tap");
            };
            List<Generation> bad = List.of(
                    engine.submit(request(1).with(torn)),
                    engine.submit(request(1).with(unfaithful)),
                    engine.submit(request(1).with(Rules.of(broken))),
                    engine.submit(request(1).with(lost)),
                    engine.submit(request(1).with(beyond)),
                    engine.submit(request(1).with(() -> {
                        throw new IllegalStateException("no tokenizer");
                    })));
            Generation good = engine.submit(request(1));
            assertThat(good.result()).isEqualTo(engine.run(request(1)));
            bad.forEach(g -> assertThatThrownBy(g::result)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("decoding failed"));
            assertThatThrownBy(() -> engine.run(List.of(request(1), request(1).with(Rules.of(broken)))))
                    .hasMessageContaining("no such state");
        }
    }

    private record Misbehaving(BiFunction<Text, Read, Choice> choose) implements Decoding.Custom {
        @Override
        public Run start(Text text) {
            return new Run() {
                private int turns;

                @Override
                public Proposal propose() {
                    return Proposal.decided(1);
                }

                @Override
                public Choice choose(Read read) {
                    return turns++ < 2 ? Choice.commit(0) : choose.apply(text, read);
                }
            };
        }
    }

    @Test
    void whatDoesNotFitTheModelIsRefusedInWords() {
        try (Toy lm = new Toy(VOCABULARY, 8);
                Engine engine = new Engine(lm)) {
            assertThatThrownBy(() -> engine.run(request(new int[9])))
                    .isInstanceOf(BadInput.class)
                    .hasMessage("The prompt has 9 tokens, more than the model's context of 8: shorten it.");
            assertThat(engine.run(request(new int[8])).finish()).isEqualTo(Finish.LENGTH);
            assertThatThrownBy(() -> engine.submit(request(1, 30)))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("token 30");
            assertThatThrownBy(() -> engine.submit(request(1, -1)))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("token -1");
            assertThatThrownBy(() -> engine.submit(request(1).with(Stops.tokens(99))))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("99");
            assertThatThrownBy(() -> engine.submit(request(1).with(Rules.of(new SuppressTokens(List.of(31))))))
                    .isInstanceOf(BadInput.class)
                    .hasMessage("The rule suppress-tokens:tokens=[31] names token 31, but the vocabulary ends at 29.");
            assertThatThrownBy(() -> engine.submit(request(1)
                            .with(Rules.of(new Bias(List.of(new Bias.Phrase(List.of(1, 77), 1)))))))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("77");
            assertThatThrownBy(() -> request()).isInstanceOf(BadInput.class).hasMessageContaining("empty");
            assertThatThrownBy(() -> request(1).withMaxTokens(-1))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("-1");
            assertThatThrownBy(() -> request(1).with(Stops.strings("x")))
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("tokenizer");
            assertThatThrownBy(() -> Stops.strings("")).isInstanceOf(BadInput.class);
            assertThatThrownBy(() -> new Engine.Limits(0, 1)).isInstanceOf(BadInput.class);
            assertThat(lm.rows()).isZero();
        }
    }

    @Test
    void aModelThatFailsFailsTheTextsItWasReadingAndNoLaterOne() {
        try (Toy lm = new Toy(VOCABULARY, 50);
                Engine engine = new Engine(lm)) {
            lm.failAt(5);
            assertThatThrownBy(() -> engine.run(List.of(request(1), request(2))))
                    .hasMessageContaining("the toy is broken");
            assertThat(engine.load()).isEqualTo(new Engine.Load(0, 0, 0));
            assertThat(engine.run(request(1)).tokens()).hasSize(10);
        }
    }
}
