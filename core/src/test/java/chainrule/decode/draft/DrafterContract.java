package chainrule.decode.draft;

import static org.assertj.core.api.Assertions.assertThat;

import chainrule.decode.Decoding;
import chainrule.decode.Engine;
import chainrule.decode.Greedy;
import chainrule.decode.Request;
import chainrule.decode.Result;
import chainrule.decode.Sampling;
import chainrule.decode.Speculative;
import chainrule.decode.Stops;
import chainrule.decode.Toy;
import chainrule.decode.rule.Path;
import chainrule.decode.rule.RepetitionPenalty;
import chainrule.decode.rule.Rules;
import chainrule.model.CausalLM;
import chainrule.model.Step;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every drafter keeps. A drafter's test inherits it; that no native memory stays is checked around each test. */
public abstract class DrafterContract {
    protected static final int VOCABULARY = 40;

    /** The drafter, for {@link #model}. */
    protected abstract Drafter drafter();

    /** A model that knows the tokens from 0 to 39. */
    protected CausalLM model() {
        return new Toy(VOCABULARY, 64);
    }

    /** Checks what another drafter drafts. */
    private record Checked(Drafter drafter) implements Drafter.Custom {
        @Override
        public Drafting prepare(Path prompt, Law law, Chance chance) {
            Drafting inner = drafter.prepare(prompt, law, chance);
            return new Drafting() {
                @Override
                public Draft propose(Path path, Shape shape) {
                    Draft draft = inner.propose(path, shape);
                    checkDraft(draft, path, shape);
                    return draft;
                }

                @Override
                public void prompt(Step chunk) {
                    inner.prompt(chunk);
                }

                @Override
                public void learn(Step read, int... rows) {
                    inner.learn(read, rows);
                }

                @Override
                public void close() {
                    inner.close();
                }
            };
        }

        @Override
        public void check(CausalLM lm) {
            drafter.check(lm);
        }
    }

    private static void checkDraft(Draft draft, Path path, Shape shape) {
        int[] depth = new int[draft.size()];
        for (int i = -1; i < draft.size(); i++) {
            int[] children = draft.children(i);
            int here = i < 0 ? 0 : depth[i];
            assertThat(children).hasSizeLessThanOrEqualTo(shape.width(here));
            assertThat(Arrays.stream(children).map(c -> draft.tokens()[c])).doesNotHaveDuplicates();
            if (i >= 0 && path.isEnd(draft.tokens()[i])) {
                assertThat(children).as("what follows an end").isEmpty();
            }
            for (int child : children) {
                depth[child] = here + 1;
                assertThat(depth[child]).isLessThanOrEqualTo(shape.tokens());
                assertThat(draft.tokens()[child]).isBetween(0, VOCABULARY - 1);
                double[] law = draft.laws().get(child);
                if (law.length > 0) {
                    assertThat(law[draft.tokens()[child]]).isPositive();
                    assertThat(Math.abs(Arrays.stream(law).sum() - 1)).isLessThan(1e-9);
                }
            }
        }
    }

    private List<Request> requests(Decoding method, List<Integer> widths, Drafter drafter) {
        Decoding speculative = new Speculative(drafter, 4, widths, method, new Lossless());
        return IntStream.range(0, 12)
                .mapToObj(i -> Request.of(i, 3, i, 3 * i, i % 5)
                        .with(i % 4 == 3 ? method : speculative)
                        .with(Stops.tokens(i % 3 == 0 ? new int[] {2 * i, 7} : new int[0]))
                        .with(i % 2 == 0 ? Rules.NONE : Rules.of(new RepetitionPenalty(1.2)))
                        .withMaxTokens(i % 3 == 1 ? 1000 : 30)
                        .withSeed(3, i))
                .toList();
    }

    @Test
    void draftsKeepToTheirShapeAndLeaveGreedyTextsAsTheyAre() {
        try (CausalLM lm = model();
                Engine engine = new Engine(lm)) {
            for (List<Integer> widths : List.of(List.<Integer>of(), List.of(3, 2), List.of(1, 1, 1, 4))) {
                List<Result> found = engine.run(requests(new Greedy(), widths, new Checked(drafter())));
                for (int i = 0; i < found.size(); i++) {
                    Request plain =
                            requests(new Greedy(), widths, drafter()).get(i).with(new Greedy());
                    assertThat(found.get(i).tokens())
                            .as("text " + i)
                            .isEqualTo(engine.run(plain).tokens());
                }
            }
        }
    }

    @Test
    void theSameSeedGivesTheSameDraftsAloneAndAmongOthers() {
        try (CausalLM lm = model();
                Engine engine = new Engine(lm)) {
            List<Request> requests = requests(new Sampling(1.5, 0, 0.9, 0, 1), List.of(3, 2), new Checked(drafter()));
            List<Result> together = engine.run(requests);
            for (int i = 0; i < requests.size(); i++) {
                assertThat(engine.run(requests.get(i))).as("text " + i).isEqualTo(together.get(i));
            }
        }
    }
}
