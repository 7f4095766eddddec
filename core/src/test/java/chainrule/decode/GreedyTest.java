package chainrule.decode;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.decode.BeamSearch.EarlyStopping;
import chainrule.decode.rule.NoRepeatNgram;
import chainrule.decode.rule.Rules;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class GreedyTest extends DecodingContract {
    @Override
    protected Decoding method() {
        return new Greedy();
    }

    @Test
    void samplingTheBestTokenAndASearchWithOneBeamAreGreedy() {
        try (Toy lm = new Toy(VOCABULARY, 100);
                Engine engine = new Engine(lm)) {
            for (int i = 0; i < 10; i++) {
                Request request = Request.of(i, 2 * i)
                        .with(Stops.tokens(i))
                        .withMaxTokens(40)
                        .with(Rules.of(new NoRepeatNgram(2)));
                int[] greedy = engine.run(request).ids();
                for (Decoding same : List.of(
                        new Sampling(1, 1, 1, 0, 1),
                        new Sampling(0, 0, 1, 0, 1),
                        new Sampling(1, 0, 0, 0, 1),
                        new BeamSearch(1, 1, 1, EarlyStopping.TRUE),
                        new BeamSearch(1, 1, 1, EarlyStopping.FALSE))) {
                    assertThat(engine.run(request.with(same)).ids())
                            .as(same + ", text " + i)
                            .containsExactly(greedy);
                }
            }
        }
    }

    @Test
    void everyTokenIsTheBestAfterTheTextBeforeIt() {
        try (Toy lm = new Toy(VOCABULARY, 100);
                Engine engine = new Engine(lm)) {
            int[] text = {9};
            for (int id : engine.run(Request.of(9).withMaxTokens(20)).ids()) {
                float[] scores = lm.scores(text);
                for (float score : scores) {
                    assertThat(score).isLessThanOrEqualTo(scores[id]);
                }
                text = Arrays.copyOf(text, text.length + 1);
                text[text.length - 1] = id;
            }
        }
    }

    @Test
    void theLastTokenIsNotRead() {
        try (Toy lm = new Toy(VOCABULARY, 100);
                Engine engine = new Engine(lm)) {
            Result whole = engine.run(Request.of(1, 2, 3).withMaxTokens(10));
            assertThat(lm.rows()).as("3 of the prompt and 9 of 10 new").isEqualTo(12);
            Request ending = Request.of(1, 2, 3).with(Stops.tokens(whole.ids()[4]));
            int before = lm.rows();
            int length = engine.run(ending).tokens().size();
            assertThat(lm.rows() - before).isEqualTo(3 + length - 1);
        }
    }
}
