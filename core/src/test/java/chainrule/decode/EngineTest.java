package chainrule.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chainrule.BadInput;
import chainrule.decode.Result.Finish;
import chainrule.decode.filter.Distribution;
import chainrule.decode.rule.LogitRule;
import chainrule.decode.rule.Path;
import chainrule.decode.rule.Rules;
import chainrule.model.Site;
import chainrule.model.Tap;
import chainrule.tensor.Ops;
import chainrule.text.ByteTokenizer;
import chainrule.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EngineTest {
    private static final int VOCABULARY = 30;

    /** Stops at its second token until it is let go, so that a test knows where the engine is. */
    private record Gate(CountDownLatch reached, CountDownLatch open) implements LogitRule.Custom {
        Gate() {
            this(new CountDownLatch(1), new CountDownLatch(1));
        }

        @Override
        public void apply(float[] scores, Path path) {
            if (path.generated() == 1) {
                reached.countDown();
                await(open);
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Request request(int... prompt) {
        return Request.of(prompt).withMaxTokens(10);
    }

    @Test
    void oneRunWorksOnTheCallersThread() {
        try (Toy lm = new Toy(VOCABULARY, 50);
                Engine engine = new Engine(lm)) {
            engine.run(List.of(request(1), request(2)));
            assertThat(lm.callers()).containsExactly(Thread.currentThread());
        }
    }

    @Test
    void submittedTextsAreReadByOnePlatformThreadWhoeverWaits() throws InterruptedException {
        try (Toy lm = new Toy(VOCABULARY, 50);
                Engine engine = new Engine(lm)) {
            List<Thread> readers = new ArrayList<>();
            List<Result> results = Collections.synchronizedList(new ArrayList<>());
            for (int i = 0; i < 50; i++) {
                int first = i % VOCABULARY;
                readers.add(Thread.startVirtualThread(() -> results.add(
                        first % 2 == 0
                                ? engine.run(request(first))
                                : engine.submit(request(first)).result())));
            }
            for (Thread reader : readers) {
                reader.join();
            }
            assertThat(results).hasSize(50).allMatch(r -> r.tokens().size() == 10);
            assertThat(lm.callers()).hasSize(1);
            assertThat(lm.callers().getFirst().isVirtual()).isFalse();
        }
    }

    @Test
    void textsAreReadTogetherAndOthersJoinThem() {
        try (Toy lm = new Toy(VOCABULARY, 50);
                Engine engine = new Engine(lm)) {
            engine.run(IntStream.range(0, 16).mapToObj(EngineTest::request).toList());
            assertThat(lm.passes()).as("16 prompts and 9 passes for all").isEqualTo(16 + 9);
        }
        try (Toy lm = new Toy(VOCABULARY, 50);
                Engine engine = new Engine(lm, new Engine.Limits(4, Long.MAX_VALUE))) {
            engine.run(IntStream.range(0, 16).mapToObj(EngineTest::request).toList());
            assertThat(lm.passes()).as("four at a time").isEqualTo(16 + 4 * 9);
        }
    }

    @Test
    void cachesStayWithinTheirLimit() {
        // Four floats a token, eleven tokens a text.
        try (Toy lm = new Toy(VOCABULARY, 50);
                Engine engine = new Engine(lm, new Engine.Limits(16, 16 * 11 * 3))) {
            Gate gate = new Gate();
            Generation first = engine.submit(request(1).with(Rules.of(gate)));
            List<Generation> others = IntStream.range(0, 9)
                    .mapToObj(i -> engine.submit(request(i)))
                    .toList();
            await(gate.reached);
            gate.open.countDown();
            first.result();
            others.forEach(Generation::result);
            assertThat(lm.passes())
                    .as("ten prompts, and 9 passes for each of four groups")
                    .isBetween(10 + 9 * 3, 10 + 9 * 5);
            Generation large = engine.submit(request(1).withMaxTokens(40));
            assertThatThrownBy(large::result)
                    .isInstanceOf(BadInput.class)
                    .hasMessageContaining("656")
                    .hasMessageContaining("528");
        }
    }

    @Test
    void aLongPromptIsReadInChunksCountedFromItsStart() {
        int[] prompt = IntStream.range(0, 1200).map(i -> i % VOCABULARY).toArray();
        try (Toy lm = new Toy(VOCABULARY, 2000);
                Engine engine = new Engine(lm)) {
            int[] ids = engine.run(request(prompt)).ids();
            assertThat(lm.passes())
                    .as("chunks of 512, 512 and 176, and 9 tokens")
                    .isEqualTo(3 + 9);
            assertThat(lm.rows()).isEqualTo(1200 + 9);
            assertThat(ids[0]).isEqualTo(Distribution.best(lm.scores(prompt)));
        }
    }

    @Test
    void cancellingIsSeenBetweenThePromptsChunks() {
        try (Toy lm = new Toy(VOCABULARY, 5000);
                Engine engine = new Engine(lm)) {
            Gate gate = new Gate();
            Generation holder = engine.submit(request(1).with(Rules.of(gate)));
            Generation running = engine.submit(request(2));
            Generation waiting = engine.submit(request(new int[4000]));
            await(gate.reached);
            waiting.close();
            gate.open.countDown();
            assertThat(waiting.result().finish()).isEqualTo(Finish.CANCELLED);
            assertThat(waiting.result().tokens()).isEmpty();
            assertThat(holder.result().finish()).isEqualTo(Finish.LENGTH);
            assertThat(running.result().tokens()).hasSize(10);
            assertThat(lm.rows()).as("tokens read").isLessThan(2 * 10 + 2 * 512);
        }
    }

    @Test
    void aClosedStreamEndsItsTextAfterThePassAndFreesItsCache() throws InterruptedException {
        try (Toy lm = new Toy(VOCABULARY, 100_000);
                Engine engine = new Engine(lm)) {
            Generation endless = engine.submit(request(1).withMaxTokens(90_000));
            try (var events = endless.events()) {
                assertThat(events.limit(3).count()).isEqualTo(3);
            }
            assertThat(endless.result().finish()).isEqualTo(Finish.CANCELLED);
            for (int i = 0; i < 1000 && engine.load().active() > 0; i++) {
                Thread.sleep(1);
            }
            assertThat(engine.load()).isEqualTo(new Engine.Load(0, 0, 0));
        }
    }

    @Test
    void aTextThatStillWaitsIsCancelledAtTheNextPass() {
        try (Toy lm = new Toy(VOCABULARY, 100_000);
                Engine engine = new Engine(lm, new Engine.Limits(1, Long.MAX_VALUE))) {
            Generation endless = engine.submit(request(1).withMaxTokens(90_000));
            Generation waiting = engine.submit(request(2));
            waiting.cancel();
            assertThat(waiting.result().finish()).isEqualTo(Finish.CANCELLED);
            assertThat(endless.over()).isFalse();
        }
    }

    @Test
    void closingCancelsWhatIsUnderWayAndRefusesMore() {
        try (Toy lm = new Toy(VOCABULARY, 100_000)) {
            Engine engine = new Engine(lm, new Engine.Limits(1, Long.MAX_VALUE));
            Generation running = engine.submit(request(1).withMaxTokens(90_000));
            Generation waiting = engine.submit(request(1));
            engine.close();
            engine.close();
            assertThat(running.result().finish()).isEqualTo(Finish.CANCELLED);
            assertThat(waiting.result().finish()).isEqualTo(Finish.CANCELLED);
            assertThatThrownBy(() -> engine.submit(request(1)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
            assertThatThrownBy(() -> engine.run(request(1)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
        }
    }

    @Test
    void anInterruptedReaderCancelsItsText() throws InterruptedException {
        try (Toy lm = new Toy(VOCABULARY, 100_000);
                Engine engine = new Engine(lm)) {
            Generation endless = engine.submit(request(1).withMaxTokens(90_000));
            Thread reader = Thread.startVirtualThread(
                    () -> assertThatThrownBy(endless::result).isInstanceOf(CancellationException.class));
            reader.interrupt();
            reader.join();
            assertThat(endless.result().finish()).isEqualTo(Finish.CANCELLED);
        }
    }

    @Test
    void aRunSeesThePromptAndTheActivationsItAsksForAsTheTapLeftThem() {
        List<String> seen = new ArrayList<>();
        Decoding watching = new Watching(seen);
        Tap doubled = (_, x) -> Ops.mul(x, 2);
        try (Toy lm = new Toy(VOCABULARY, 50);
                Engine engine = new Engine(lm)) {
            engine.run(request(4, 5, 6).with(watching).withMaxTokens(2));
            engine.run(request(4, 5, 6).with(watching).with(doubled).withMaxTokens(2));
            float[] last = lm.scores(4, 5, 6);
            assertThat(seen.getFirst()).as("the prompt's rows").isEqualTo("3 rows");
            assertThat(seen.get(1)).isEqualTo(Arrays.toString(new float[] {last[0], last[1]}));
            assertThat(seen.get(4)).isEqualTo(Arrays.toString(new float[] {2 * last[0], 2 * last[1]}));
            assertThat(seen).hasSize(6);
        }
    }

    private record Watching(List<String> seen) implements Decoding.Custom {
        @Override
        public Run start(Text text) {
            return new Run() {
                @Override
                public Set<Site> sites() {
                    return Set.of(Site.FINAL);
                }

                @Override
                public void prompt(Read chunk) {
                    seen.add(chunk.at(Site.FINAL).size(0) + " rows");
                }

                @Override
                public Proposal propose() {
                    return Proposal.decided(7);
                }

                @Override
                public Choice choose(Read read) {
                    seen.add(Arrays.toString(Ops.floats(read.at(Site.FINAL))));
                    assertThat(Ops.floats(read.hidden())).containsExactly(Ops.floats(read.at(Site.FINAL)));
                    assertThatThrownBy(() -> read.at(Site.EMBEDDING)).hasMessageContaining("sites()");
                    return Choice.commit(0);
                }
            };
        }
    }

    @Test
    void severalDecidedTokensAreSentOffAtOnceAndNotReadWhereTheyEndTheText() {
        Decoding phrase = new Phrase();
        try (Toy lm = new Toy(VOCABULARY, 50);
                Engine engine = new Engine(lm)) {
            Result result = engine.run(request(1).with(phrase).with(Stops.tokens(9)));
            assertThat(result.ids()).containsExactly(7, 8, 9);
            assertThat(lm.rows()).as("the prompt only").isEqualTo(1);
            Result scored =
                    engine.run(request(1).with(phrase).with(Stops.tokens(9)).withLogprobs(1));
            assertThat(scored.ids()).containsExactly(7, 8, 9);
            assertThat(scored.logprobs()[2])
                    .isEqualTo(Distribution.of(lm.scores(1, 7, 8)).logProbability(9));
        }
    }

    /** Says 7 8 9 10 again and again. */
    private record Phrase() implements Decoding.Custom {
        @Override
        public Run start(Text text) {
            return new Run() {
                @Override
                public Proposal propose() {
                    return Proposal.decided(7, 8, 9, 10);
                }

                @Override
                public Choice choose(Read read) {
                    return read.rows() == 1 ? Choice.commit(0) : Choice.commit(0, 1, 2, 3);
                }
            };
        }
    }

    @Test
    void eventsComeInOrderWhileTheTextGrows() {
        try (Toy lm = new Toy(VOCABULARY, 50);
                Engine engine = new Engine(lm)) {
            Gate gate = new Gate();
            Generation generation = engine.submit(request(1).with(Rules.of(gate)));
            await(gate.reached);
            try (var events = generation.events()) {
                var iterator = events.iterator();
                Event first = iterator.next();
                assertThat(generation.over())
                        .as("the text has its first token only")
                        .isFalse();
                gate.open.countDown();
                String rest = Arrays.toString(generation.result().ids());
                List<Integer> ids =
                        new ArrayList<>(List.of(((Event.Piece) first).token().id()));
                iterator.forEachRemaining(e -> {
                    if (e instanceof Event.Piece p) {
                        ids.add(p.token().id());
                    }
                });
                assertThat(ids.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]")))
                        .isEqualTo(rest);
            }
        }
    }

    @Test
    void aPieceNeverSplitsACharacterAndStopStringsAreFoundAcrossBytes() {
        String said = "naïve 🦔 über ñandú🦔🦔END of it";
        byte[] bytes = said.getBytes(StandardCharsets.UTF_8);
        Decoding speaking =
                (Decoding.Custom) text -> new TokenByToken(text, (_, path) -> bytes[path.generated()] & 0xff);
        try (Toy lm = new Toy(300, 100);
                Engine engine = new Engine(lm);
                Tokenizer tokenizer = new ByteTokenizer()) {
            Request request = request(1).with(speaking).with(tokenizer).withMaxTokens(bytes.length);
            List<Event> events = engine.submit(request).events().toList();
            assertThat(String.join("", events.stream().map(Event::text).toList()))
                    .isEqualTo(said);
            assertThat(events)
                    .allMatch(e -> e.text().codePoints().noneMatch(c -> c == 0xFFFD || (c >= 0xD800 && c <= 0xDFFF)));
            Result cut = engine.run(request.with(Stops.strings("🦔END")));
            assertThat(cut.text()).isEqualTo("naïve 🦔 über ñandú🦔");
            assertThat(cut.tokens()).hasSize("naïve 🦔 über ñandú🦔🦔END".getBytes(StandardCharsets.UTF_8).length);
            Result half = engine.run(request.withMaxTokens(9));
            assertThat(half.text())
                    .as("cut inside of a character")
                    .startsWith("naïve ")
                    .doesNotContain("🦔");
        }
    }
}
