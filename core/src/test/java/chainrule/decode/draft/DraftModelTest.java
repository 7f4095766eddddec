package chainrule.decode.draft;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.decode.Engine;
import chainrule.decode.Request;
import chainrule.decode.Result;
import chainrule.decode.Speculative;
import chainrule.decode.Toy;
import org.junit.jupiter.api.Test;

class DraftModelTest extends DrafterContract {
    @Override
    protected Drafter drafter() {
        return new DraftModel(new Toy(VOCABULARY, 50));
    }

    @Test
    void aDraftModelReadsEveryTokenOnceAndKeepsWhatWasAccepted() {
        try (Toy lm = new Toy(40, 1000);
                Toy same = new Toy(40, 1000);
                Engine engine = new Engine(lm)) {
            engine.run(Request.of(new int[600])
                    .with(new Speculative(new DraftModel(same), 4))
                    .withMaxTokens(1 + 5 * 6));
            assertThat(same.rows())
                    .as(
                            "the prompt; in each of six cycles the last token, three drafts, and after the first the fourth")
                    .isEqualTo(600 + 6 + 6 * 3 + 5);
            assertThat(same.passes()).as("two chunks of prompt").isEqualTo(2 + 6 * 4);
        }
    }

    @Test
    void aDraftModelWithAShorterContextStopsDraftingThere() {
        try (Toy lm = new Toy(40, 100);
                Toy shorter = new Toy(40, 20);
                Engine engine = new Engine(lm)) {
            Request request = Request.of(new int[10]).withMaxTokens(60);
            Result result = engine.run(request.with(new Speculative(new DraftModel(shorter), 4)));
            assertThat(result.ids()).containsExactly(engine.run(request).ids());
            assertThat(result.drafted().orElseThrow().accepted())
                    .as("tokens 12 to 21 but those that the model said itself")
                    .isEqualTo(8);
            Result none = engine.run(Request.of(new int[30])
                    .with(new Speculative(new DraftModel(shorter), 4))
                    .withMaxTokens(20));
            assertThat(none.drafted().orElseThrow().drafted()).isZero();
        }
    }
}
