package chainrule.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chainrule.BadInput;
import chainrule.decode.draft.Acceptance;
import chainrule.decode.draft.Chance;
import chainrule.decode.draft.Draft;
import chainrule.decode.draft.DraftModel;
import chainrule.decode.draft.Drafted;
import chainrule.decode.draft.Drafter;
import chainrule.decode.draft.Drafting;
import chainrule.decode.draft.Law;
import chainrule.decode.draft.Lookup;
import chainrule.decode.draft.Lossless;
import chainrule.decode.draft.Typical;
import chainrule.decode.filter.TopP;
import chainrule.decode.rule.AllowedBy;
import chainrule.decode.rule.NoRepeatNgram;
import chainrule.decode.rule.Path;
import chainrule.decode.rule.RepetitionPenalty;
import chainrule.decode.rule.Rules;
import chainrule.decode.rule.SuppressTokens;
import chainrule.tensor.Counter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SpeculativeTest {
    private static final int VOCABULARY = 40;

    @Nested
    class GreedyFromTheText extends DecodingContract {
        @Override
        protected Decoding method() {
            return new Speculative();
        }
    }

    @Nested
    class SampledFromTheText extends DecodingContract {
        @Override
        protected Decoding method() {
            return speculative(new Lookup(1), 3, new Sampling(1.3, 20, 0.95, 0.01, 0.98));
        }
    }

    @Nested
    class SampledFromTreesOfGuesses extends DecodingContract {
        @Override
        protected Decoding method() {
            return speculative(new Guesses(VOCABULARY, 3), 4, new Sampling(1.3, 20, 0.95, 0.01, 0.98));
        }
    }

    @Nested
    class TypicalFromTreesOfGuesses extends DecodingContract {
        @Override
        protected Decoding method() {
            return new Speculative(
                    new Guesses(VOCABULARY, 4), 4, List.of(), new Sampling(1.3, 0, 1, 0, 1), new Typical());
        }
    }

    private static Speculative speculative(Drafter draft, int tokens, Decoding method) {
        return new Speculative(draft, tokens, List.of(), method, new Lossless());
    }

    private static Speculative tree(Drafter draft, Decoding method, Integer... widths) {
        return new Speculative(draft, widths.length, List.of(widths), method, new Lossless());
    }

    /** The result as it is without drafts. */
    private static Result without(Request request, Result result) {
        Drafted drafted = result.drafted().orElseThrow();
        if (request.stops().strings().isEmpty()) {
            assertThat(drafted.tokens()).isEqualTo(Math.max(0, result.tokens().size() - 1));
        }
        return new Result(
                result.tokens(), result.text(), result.finish(), result.score(), result.others(), Optional.empty());
    }

    /** Texts with all that can end or bend them. */
    private static List<Request> requests(int count, Decoding method) {
        Counter random = Counter.of(9, "requests");
        List<Request> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int n = 20 * i;
            int[] prompt = IntStream.range(0, 1 + (int) (random.uniform(n) * 20))
                    .map(k -> (int) (random.uniform(n + 1 + k % 7) * VOCABULARY))
                    .toArray();
            Request request = Request.of(prompt)
                    .with(method)
                    .with(Letters::new)
                    .withSeed(5, i)
                    .withMaxTokens(i % 4 == 0 ? 1000 : (int) (random.uniform(n + 8) * 30));
            if (i % 3 == 0) {
                request = request.with(
                        new Stops(List.of(i % VOCABULARY, 7), i % 2 == 0 ? List.of("dcab", "bbb") : List.of()));
            }
            if (i % 5 < 2) {
                request = request.with(Rules.of(
                        new RepetitionPenalty(1.2),
                        new NoRepeatNgram(3),
                        new SuppressTokens(List.of(1, 2, 3, i % 40))));
            }
            all.add(i % 2 == 0 ? request.withLogprobs(2) : request);
        }
        return all;
    }

    @Test
    void greedyTextsAreGreedySearchsWhateverTheDraft() {
        try (Toy lm = new Toy(VOCABULARY, 64);
                Toy same = new Toy(VOCABULARY, 64);
                Toy shorter = new Toy(VOCABULARY, 30);
                Tables other = new Tables(VOCABULARY, 64, 1);
                Engine engine = new Engine(lm)) {
            List<Result> greedy = engine.run(requests(40, new Greedy()));
            for (Decoding method : List.of(
                    new Speculative(),
                    new Speculative(new Lookup(1), 1),
                    new Speculative(new Lookup(9), 12),
                    new Speculative(new Guesses(VOCABULARY, 1), 3),
                    new Speculative(new Guesses(5, 2), 6),
                    new Speculative(new DraftModel(same), 5),
                    new Speculative(new DraftModel(shorter), 4),
                    new Speculative(new DraftModel(other), 2),
                    tree(new DraftModel(other), new Greedy(), 5, 3, 2),
                    tree(new DraftModel(same), new Greedy(), 1, 3, 1, 2),
                    speculative(new DraftModel(same), 3, new Sampling(0, 0, 1, 0, 1)),
                    new Speculative(new Guesses(VOCABULARY, 3), 4, List.of(), new Greedy(), new Typical()))) {
                List<Request> requests = requests(40, method);
                List<Result> found = engine.run(requests);
                for (int i = 0; i < greedy.size(); i++) {
                    assertThat(without(requests.get(i), found.get(i)))
                            .as(method + ", text " + i)
                            .isEqualTo(greedy.get(i));
                }
            }
        }
    }

    @Test
    void aDraftOfChosenTokensChangesNoTokenOfASampledText() {
        try (Toy lm = new Toy(VOCABULARY, 64);
                Engine engine = new Engine(lm)) {
            for (Decoding sampling :
                    List.of(new Sampling(0.9, 0, 0.9, 0, 1), new FilteredSampling(List.of(new TopP(0.8))))) {
                List<Result> plain = engine.run(requests(40, sampling));
                int accepted = 0;
                for (Drafter draft : List.of(new Lookup(1), new Lookup())) {
                    List<Request> requests = requests(40, speculative(draft, 4, sampling));
                    List<Result> found = engine.run(requests);
                    for (int i = 0; i < plain.size(); i++) {
                        assertThat(without(requests.get(i), found.get(i)))
                                .as(draft + ", text " + i)
                                .isEqualTo(plain.get(i));
                        accepted += found.get(i).drafted().orElseThrow().accepted();
                    }
                }
                assertThat(accepted).isGreaterThan(50);
            }
        }
    }

    private static Drafted drafted(Toy lm, Decoding method) {
        try (Engine engine = new Engine(lm)) {
            int before = lm.passes();
            Result result = engine.run(
                    Request.of(1, 2, 3).with(method).withMaxTokens(25).withSeed(2, 0));
            Drafted drafted = result.drafted().orElseThrow();
            assertThat(result.tokens()).hasSize(25);
            assertThat(lm.passes() - before)
                    .as("the prompt's pass and the cycles")
                    .isEqualTo(1 + drafted.cycles());
            assertThat(1 + drafted.tokens())
                    .as("the prompt's token and the cycles'")
                    .isEqualTo(25);
            return drafted;
        }
    }

    @Test
    void theModelAsItsOwnDraftIsAlwaysRight() {
        try (Toy lm = new Toy(VOCABULARY, 64);
                Toy same = new Toy(VOCABULARY, 64)) {
            for (Decoding method : List.of(new Greedy(), new Sampling(1.4, 0, 0.9, 0, 1))) {
                for (List<Integer> widths : List.of(List.<Integer>of(), List.of(2, 2))) {
                    var speculative = new Speculative(new DraftModel(same), 3, widths, method, new Lossless());
                    Drafted drafted = drafted(lm, speculative);
                    assertThat(drafted.cycles()).isEqualTo(6);
                    assertThat(drafted.tokensPerCycle()).isEqualTo(4);
                    assertThat(drafted.accepted()).isEqualTo(18);
                    assertThat(drafted.drafted()).isEqualTo(6 * (widths.isEmpty() ? 3 : 2 + 4 + 4));
                    assertThat(drafted.depths())
                            .hasSize(3)
                            .allSatisfy(d -> assertThat(d.acceptance()).isEqualTo(1));
                }
            }
        }
    }

    /** Says of every text that its next token is certain, and is one that the rules forbid. */
    private record Wrong(int token) implements Drafter.Custom {
        @Override
        public Drafting prepare(Path prompt, Law law, Chance chance) {
            double[] q = new double[token + 1];
            q[token] = 1;
            return (path, shape) -> new Draft(new int[] {token, token}, new int[] {-1, 0}, List.of(q, q));
        }
    }

    @Test
    void aDraftThatIsNeverRightBringsOneTokenAPass() {
        try (Toy lm = new Toy(VOCABULARY, 64);
                Engine engine = new Engine(lm)) {
            Request request = Request.of(1, 2, 3)
                    .with(Rules.of(new SuppressTokens(List.of(39))))
                    .withMaxTokens(25)
                    .withSeed(2, 0);
            for (Decoding method : List.of(new Greedy(), new Sampling(1.4, 0, 0.9, 0, 1))) {
                Result found = engine.run(request.with(speculative(new Wrong(39), 3, method)));
                Drafted drafted = found.drafted().orElseThrow();
                assertThat(drafted.tokensPerCycle()).isEqualTo(1);
                assertThat(drafted.accepted()).isZero();
                assertThat(drafted.depths().getFirst().judged())
                        .as("the text's last token is decided in a pass without drafts")
                        .isEqualTo(drafted.cycles() - 1);
                assertThat(drafted.depths().get(1).judged()).isZero();
                assertThat(found.tokens())
                        .as("what is left of the law is all of it, and the text's own draws are the same")
                        .isEqualTo(engine.run(request.with(method)).tokens());
            }
        }
    }

    @Test
    void noTokenThatTheRulesForbidIsDraftedByAModel() {
        try (Toy lm = new Toy(VOCABULARY, 64);
                Toy same = new Toy(VOCABULARY, 64);
                Engine engine = new Engine(lm)) {
            Rules parity = Rules.of(new AllowedBy((path, token) -> (path.length() + token) % 2 == 0));
            Request request = Request.of(1).with(parity).withMaxTokens(25);
            for (Decoding method : List.of(new Greedy(), new Sampling(1.4, 0, 0.9, 0, 1))) {
                Drafted drafted = engine.run(request.with(speculative(new DraftModel(same), 3, method)))
                        .drafted()
                        .orElseThrow();
                assertThat(drafted.accepted()).isEqualTo(drafted.drafted()).isEqualTo(18);
            }
        }
    }

    @Test
    void rulesMayForbidAllThatWouldFollowTheTextsEnd() {
        try (Toy lm = new Toy(VOCABULARY, 64);
                Toy same = new Toy(VOCABULARY, 64);
                Engine engine = new Engine(lm)) {
            Rules rules = Rules.of(new AllowedBy((path, _) -> path.generated() < 9));
            Request request = Request.of(1).with(rules).with(Letters::new);
            int[] nine = engine.run(request.withMaxTokens(9)).ids();
            Request stopped = request.with(Stops.strings(Letters.of(nine)));
            for (int tokens = 1; tokens < 12; tokens++) {
                Decoding method = new Speculative(new DraftModel(same), tokens);
                assertThat(engine.run(request.with(method).withMaxTokens(9)).ids())
                        .containsExactly(nine);
                assertThat(engine.run(stopped.with(method)).ids())
                        .containsExactly(engine.run(stopped).ids());
                assertThatThrownBy(() -> engine.run(request.with(method)))
                        .isInstanceOf(BadInput.class)
                        .hasMessageContaining("After 10 tokens none can follow");
            }
        }
    }

    @Test
    void typicalAcceptanceKeepsWhatIsLikelyEnough() {
        try (Toy lm = new Toy(VOCABULARY, 64);
                Tables other = new Tables(VOCABULARY, 64, 1);
                Engine engine = new Engine(lm)) {
            List<Double> shares = new ArrayList<>();
            for (Acceptance acceptance :
                    List.of(new Lossless(), new Typical(0.3, 0.6), new Typical(), new Typical(0, 1))) {
                double tokens = 0;
                double cycles = 0;
                for (int i = 0; i < 20; i++) {
                    Decoding method = new Speculative(
                            new DraftModel(other), 3, List.of(4, 2, 2), new Sampling(2, 0, 1, 0, 1), acceptance);
                    Drafted d = engine.run(Request.of(i).with(method).withMaxTokens(40))
                            .drafted()
                            .orElseThrow();
                    tokens += d.tokens();
                    cycles += d.cycles();
                }
                shares.add(tokens / cycles);
            }
            assertThat(shares.subList(1, 4)).isSorted();
            assertThat(shares.getLast()).as("everything stays").isCloseTo(4, within(0.15));
            assertThat(shares.get(2)).isGreaterThan(shares.get(1) + 0.1);
        }
    }

    @Test
    void whatWasDraftedAndNotAcceptedMayStillBeSaid() {
        try (Toy lm = new Toy(VOCABULARY, 64);
                Toy same = new Toy(VOCABULARY, 64);
                Engine engine = new Engine(lm)) {
            Request request = Request.of(1, 2, 3).withMaxTokens(20);
            Result found = engine.run(request.with(
                    new Speculative(new DraftModel(same), 3, List.of(2), new Greedy(), new Typical(1, 1))));
            assertThat(found.ids()).containsExactly(engine.run(request).ids());
            assertThat(found.drafted().orElseThrow().accepted()).isZero();
        }
    }

    @Test
    void resultsCountTheirOwnDraftsOnly() {
        try (Toy lm = new Toy(VOCABULARY, 64);
                Engine engine = new Engine(lm)) {
            Request request = Request.of(1, 2, 1, 2).with(new Speculative()).withMaxTokens(30);
            List<Result> results = engine.run(List.of(request, request, request.with(new Greedy())));
            assertThat(results.get(1)).isEqualTo(results.getFirst());
            assertThat(results.get(2).drafted()).isEmpty();
            assertThat(results.getFirst().ids()).containsExactly(results.get(2).ids());
            Drafted d = results.getFirst().drafted().orElseThrow();
            assertThat(Arrays.asList(d.cycles(), d.tokens(), d.drafted())).allMatch(n -> n > 0);
        }
    }
}
