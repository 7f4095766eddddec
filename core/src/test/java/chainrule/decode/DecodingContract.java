package chainrule.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chainrule.BadInput;
import chainrule.decode.Result.Finish;
import chainrule.decode.rule.AllowedBy;
import chainrule.decode.rule.BannedWords;
import chainrule.decode.rule.ForcedLast;
import chainrule.decode.rule.FrequencyPenalty;
import chainrule.decode.rule.LogitRule;
import chainrule.decode.rule.MinNewTokens;
import chainrule.decode.rule.NoRepeatNgram;
import chainrule.decode.rule.PresencePenalty;
import chainrule.decode.rule.RepetitionPenalty;
import chainrule.decode.rule.Rules;
import chainrule.decode.rule.SuppressAtBegin;
import chainrule.decode.rule.SuppressTokens;
import chainrule.model.CausalLM;
import chainrule.model.Input;
import chainrule.model.Step;
import chainrule.model.Tap;
import chainrule.model.Tiny;
import chainrule.nn.Compute;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.NoGradGuard;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every decoding method keeps. A method's test inherits it; that no native memory stays is checked around each test. */
public abstract class DecodingContract {
    protected static final int VOCABULARY = 40;
    private static final int[] PROMPT = {3, 1, 4, 1, 5};

    /** The method with settings under which all of it is at work. */
    protected abstract Decoding method();

    private Request request() {
        return Request.of(PROMPT)
                .with(method())
                .withMaxTokens(30)
                .withLogprobs(2)
                .with(Letters::new);
    }

    private static Result run(Request request) {
        try (Toy lm = new Toy(VOCABULARY, 64);
                Engine engine = new Engine(lm)) {
            return engine.run(request);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 7, 30})
    void aTextHasTheLengthThatWasAskedFor(int length) {
        Result result = run(request().withMaxTokens(length));
        assertThat(result.tokens()).hasSize(length);
        assertThat(result.finish()).isEqualTo(Finish.LENGTH);
    }

    @Test
    void theContextEndsAText() {
        Result result = run(request().withMaxTokens(1000));
        assertThat(result.tokens()).hasSize(64 - PROMPT.length);
        assertThat(result.finish()).isEqualTo(Finish.LENGTH);
    }

    @Test
    void nothingFollowsATokenThatEndsTheText() {
        Result result = run(
                request().with(Stops.tokens(IntStream.range(0, VOCABULARY / 2).toArray())));
        int[] ids = result.ids();
        assertThat(result.finish()).isEqualTo(Finish.STOP);
        assertThat(ids[ids.length - 1]).isLessThan(VOCABULARY / 2);
        assertThat(Arrays.stream(ids, 0, ids.length - 1)).allMatch(id -> id >= VOCABULARY / 2);
        assertThat(result.text()).isEqualTo(Letters.of(Arrays.copyOf(ids, ids.length - 1)));
    }

    @Test
    void whatIsStreamedIsWhatIsReturned() {
        try (Toy lm = new Toy(VOCABULARY, 64);
                Engine engine = new Engine(lm)) {
            List<Event> events = engine.submit(request().with(Stops.strings("dcab", "bbbbb")))
                    .events()
                    .toList();
            Result result = ((Event.End) events.getLast()).result();
            List<Token> tokens = events.stream()
                    .filter(Event.Piece.class::isInstance)
                    .map(e -> ((Event.Piece) e).token())
                    .toList();
            assertThat(tokens).isEqualTo(result.tokens());
            assertThat(String.join("", events.stream().map(Event::text).toList()))
                    .isEqualTo(result.text());
            assertThat(events.stream().filter(Event.End.class::isInstance)).hasSize(1);
            assertThat(result).isEqualTo(engine.run(request().with(Stops.strings("dcab", "bbbbb"))));
        }
    }

    @Test
    void aStopStringEndsTheTextBeforeItAndTheIdsWithTheTokenThatCompletesIt() {
        Result whole = run(request());
        String text = Letters.of(whole.ids());
        for (int from = 3; from < 12; from++) {
            String stop = text.substring(from, from + 4);
            Result cut = run(request().with(Stops.strings(stop)));
            assertThat(cut.finish()).isEqualTo(Finish.STOP);
            String read = certain(cut.ids());
            assertThat(read).contains(stop);
            assertThat(cut.text()).isEqualTo(read.substring(0, read.indexOf(stop)));
            assertThat(certain(Arrays.copyOf(cut.ids(), cut.ids().length - 1))).doesNotContain(stop);
        }
    }

    /** The text of tokens as far as it is certain when others may follow. */
    private static String certain(int... ids) {
        TextStream stream = new Letters();
        return String.join("", Arrays.stream(ids).mapToObj(stream::push).toList());
    }

    @Test
    void theSameSeedGivesTheSameText() {
        Request seeded = request().withSeed(42, 3);
        assertThat(run(seeded)).isEqualTo(run(seeded));
    }

    @Test
    void logProbabilitiesAreTheModelsOwnWhateverTheRules() {
        Rules rules = Rules.of(new RepetitionPenalty(1.5), new SuppressTokens(List.of(2, 3)));
        try (Toy lm = new Toy(VOCABULARY, 64);
                Engine engine = new Engine(lm)) {
            compareWithForward(lm, engine.run(request().with(rules)), 1e-6);
        }
    }

    @ParameterizedTest
    @EnumSource(Compute.class)
    void aDecoderWithACacheSaysWhatItSaysWithout(Compute compute) {
        try (CausalLM lm = Tiny.decoder(Tiny.llama(), 5);
                CausalLM fast = lm.forDecoding(compute);
                Engine engine = new Engine(fast)) {
            double tolerance = compute == Compute.F32 ? 1e-4 : 0.5;
            compareWithForward(lm, engine.run(request().withMaxTokens(12)), tolerance);
        }
    }

    private static void compareWithForward(CausalLM lm, Result result, double tolerance) {
        int[] all = IntStream.concat(Arrays.stream(PROMPT), Arrays.stream(result.ids()))
                .toArray();
        try (var _ = new Scope();
                var _ = new NoGradGuard()) {
            Step step = lm.forward(Input.of(Ops.ids(new int[][] {all})), Tap.NONE);
            for (int t = 0; t < result.tokens().size(); t++) {
                Token token = result.tokens().get(t);
                float[] scores = step.scores(PROMPT.length + t - 1);
                double[] logprobs = logSoftmax(scores);
                assertThat(token.logprob().orElseThrow())
                        .as("token " + t)
                        .isCloseTo(logprobs[token.id()], within(tolerance));
                double best = Arrays.stream(logprobs).max().orElseThrow();
                assertThat(token.alternatives()).hasSize(2);
                assertThat(token.alternatives().getFirst().logprob()).isCloseTo(best, within(tolerance));
            }
        }
    }

    private static double[] logSoftmax(float[] scores) {
        double sum = 0;
        for (float s : scores) {
            sum += Math.exp(s);
        }
        double normaliser = Math.log(sum);
        return IntStream.range(0, scores.length)
                .mapToDouble(i -> scores[i] - normaliser)
                .toArray();
    }

    @Test
    void aTextIsTheSameAloneAndAmongFifteenOthers() {
        try (Toy lm = new Toy(VOCABULARY, 64)) {
            compareAloneAndTogether(lm);
        }
    }

    @ParameterizedTest
    @EnumSource(Compute.class)
    void aTextOfADecoderIsTheSameAloneAndAmongFifteenOthersBitForBit(Compute compute) {
        try (CausalLM lm = Tiny.decoder(Tiny.window(), 6);
                CausalLM fast = lm.forDecoding(compute)) {
            compareAloneAndTogether(fast);
        }
    }

    private void compareAloneAndTogether(CausalLM lm) {
        List<Decoding> methods = List.of(
                method(),
                new Greedy(),
                new Sampling(),
                new BeamSearch(3, 2, 1, BeamSearch.EarlyStopping.FALSE),
                new Sampling(0.7, 5, 1, 0, 1));
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            requests.add(Request.of(Arrays.stream(Tiny.ids(1 + 2 * i, i))
                            .map(id -> id % VOCABULARY)
                            .toArray())
                    .with(i == 7 ? method() : methods.get(i % methods.size()))
                    .with(i % 2 == 0 ? Rules.NONE : Rules.of(new RepetitionPenalty(1.2), new NoRepeatNgram(3)))
                    .with(Stops.tokens(i))
                    .withMaxTokens(4 + i)
                    .withSeed(11, i)
                    .withLogprobs(i % 3));
        }
        try (Engine engine = new Engine(lm)) {
            List<Result> together = engine.run(requests);
            for (int i : new int[] {0, 5, 7, 15}) {
                assertThat(engine.run(requests.get(i))).as("text " + i).isEqualTo(together.get(i));
            }
        }
    }

    @Test
    void rulesHoldInTheWholeText() {
        for (int seed = 0; seed < 5; seed++) {
            assertThat(ids(seed, new SuppressTokens(List.of(1, 2, 3, 7)))).doesNotContain(1, 2, 3, 7);
            assertThat(ids(
                            seed,
                            new SuppressAtBegin(IntStream.range(0, 39).boxed().toList()))[0])
                    .isEqualTo(39);
            assertThat(ids(seed, new AllowedBy((path, token) -> (path.length() + token) % 2 == 0)))
                    .satisfies(ids -> assertThat(IntStream.range(0, ids.length))
                            .allMatch(i -> (PROMPT.length + i + ids[i]) % 2 == 0));
            assertThat(ids(seed, new ForcedLast(List.of(17)))[29]).isEqualTo(17);
            assertThat(pairs(ids(seed, new NoRepeatNgram(2)))).doesNotHaveDuplicates();
            List<List<Integer>> words = Stream.of(pairs(ids(seed)), pairs(ids(seed + 5)))
                    .flatMap(List::stream)
                    .distinct()
                    .toList();
            assertThat(pairs(ids(seed, new BannedWords(words)))).doesNotContainAnyElementsOf(words);
            assertThat(distinct(ids(seed, new RepetitionPenalty(5), new FrequencyPenalty(2), new PresencePenalty(2))))
                    .as("different tokens under penalties")
                    .isGreaterThan(distinct(ids(seed)));
        }
    }

    @Test
    void aMinimumOfNewTokensHoldsBackTheEnd() {
        Request ending = request().with(Stops.tokens(IntStream.range(0, 20).toArray()));
        assertThat(run(ending).tokens().size()).isLessThan(12);
        assertThat(run(ending.with(Rules.of(new MinNewTokens(12)))).tokens()).hasSizeGreaterThan(12);
    }

    private int[] ids(long seed, LogitRule... rules) {
        return run(request().with(Rules.of(rules)).withSeed(seed, 0)).ids();
    }

    private static List<List<Integer>> pairs(int... ids) {
        int[] all = IntStream.concat(IntStream.of(PROMPT[PROMPT.length - 1]), Arrays.stream(ids))
                .toArray();
        return IntStream.range(1, all.length)
                .mapToObj(i -> List.of(all[i - 1], all[i]))
                .toList();
    }

    private static int distinct(int... ids) {
        Set<Integer> all = new HashSet<>();
        Arrays.stream(ids).forEach(all::add);
        return all.size();
    }

    @Test
    void rulesThatLeaveNothingFailTheirTextOnly() {
        try (Toy lm = new Toy(VOCABULARY, 64);
                Engine engine = new Engine(lm)) {
            Generation stuck =
                    engine.submit(request().with(Rules.of(new AllowedBy((path, _) -> path.generated() < 3))));
            Generation other = engine.submit(request());
            assertThat(other.result().tokens()).hasSize(30);
            assertThatThrownBy(stuck::result)
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("the rules forbid every token");
        }
    }

    @Test
    void aCancelledTextEndsAlone() {
        try (Toy lm = new Toy(VOCABULARY, 20_000);
                Engine engine = new Engine(lm)) {
            Generation endless = engine.submit(request().withMaxTokens(15_000));
            assertThat(engine.submit(request()).result().tokens()).hasSize(30);
            Generation other = engine.submit(request());
            assertThat(endless.over()).isFalse();
            endless.cancel();
            assertThat(endless.result().finish()).isEqualTo(Finish.CANCELLED);
            assertThat(other.result().tokens()).hasSize(30);
        }
    }
}
