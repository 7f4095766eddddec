package chainrule.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chainrule.BadInput;
import chainrule.decode.BeamSearch.EarlyStopping;
import chainrule.decode.Result.Finish;
import chainrule.decode.filter.Distribution;
import chainrule.decode.rule.NoRepeatNgram;
import chainrule.decode.rule.Path;
import chainrule.decode.rule.RepetitionPenalty;
import chainrule.decode.rule.Rules;
import chainrule.tensor.Counter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BeamSearchTest extends DecodingContract {
    @Override
    protected Decoding method() {
        return new BeamSearch(4, 3, 0.8, EarlyStopping.NEVER);
    }

    private record Prefix(Path path, double sum, boolean ended) {}

    /**
     * The search as its definition says, without a tree: every prefix's scores are computed from its start, all
     * candidates of a step lie in one list.
     */
    private static List<double[]> plain(Toy lm, BeamSearch method, Path prompt, Rules rules) {
        int kept = Math.max(2, 1 + prompt.ends().length) * method.beams();
        List<Prefix> running = List.of(new Prefix(prompt, 0, false));
        List<double[]> finished = new ArrayList<>();
        while (true) {
            List<Prefix> candidates = new ArrayList<>();
            for (Prefix p : running) {
                float[] scores = lm.scores(p.path.ids(0));
                Distribution d = Distribution.of(scores.clone());
                for (int i = 0; i < scores.length; i++) {
                    scores[i] = (float) d.logProbability(i);
                }
                rules.apply(scores, p.path);
                for (int t = 0; t < scores.length; t++) {
                    boolean ends = p.path.isEnd(t) || p.path.length() + 1 == prompt.maxLength();
                    if (scores[t] > Float.NEGATIVE_INFINITY) {
                        candidates.add(new Prefix(p.path.then(t), p.sum + scores[t], ends));
                    }
                }
            }
            candidates.sort(Comparator.comparingDouble((Prefix p) -> -p.sum));
            candidates = candidates.subList(0, Math.min(kept, candidates.size()));
            for (Prefix p : candidates.subList(0, Math.min(method.beams(), candidates.size()))) {
                if (p.ended) {
                    double score = p.sum / Math.pow(p.path.generated(), method.lengthPenalty());
                    finished.add(IntStream.concat(IntStream.of(0), java.util.Arrays.stream(p.path.ids(prompt.length())))
                            .mapToDouble(i -> i)
                            .toArray());
                    finished.getLast()[0] = score;
                }
            }
            finished.sort(Comparator.comparingDouble(f -> -f[0]));
            finished = new ArrayList<>(finished.subList(0, Math.min(method.beams(), finished.size())));
            running = candidates.stream()
                    .filter(p -> !p.ended)
                    .limit(method.beams())
                    .toList();
            if (running.isEmpty()) {
                return finished;
            }
            int length = method.earlyStopping() == EarlyStopping.NEVER && method.lengthPenalty() > 0
                    ? prompt.maxLength() - prompt.length()
                    : running.getFirst().path.generated();
            boolean full = finished.size() == method.beams();
            double hope = running.getFirst().sum / Math.pow(length, method.lengthPenalty());
            if (full && (method.earlyStopping() == EarlyStopping.TRUE || hope <= finished.getLast()[0])) {
                return finished;
            }
        }
    }

    @Test
    void theTreeFindsWhatAPlainSearchFinds() {
        Counter random = Counter.of(1, "beams");
        try (Toy lm = new Toy(12, 40);
                Engine engine = new Engine(lm)) {
            for (int i = 0; i < 60; i++) {
                int beams = 1 + (int) (random.uniform(10 * i) * 5);
                int best = 1 + (int) (random.uniform(10 * i + 1) * beams);
                BeamSearch method = new BeamSearch(
                        beams, best, random.uniform(10 * i + 2) * 2.5 - 0.5, EarlyStopping.values()[i % 3]);
                int[] prompt = {(int) (random.uniform(10 * i + 3) * 12), i % 12};
                int[] ends = IntStream.range(0, i % 4).toArray();
                Rules rules = i % 5 == 0 ? Rules.of(new RepetitionPenalty(1.3), new NoRepeatNgram(2)) : Rules.NONE;
                List<double[]> expected = plain(lm, method, Path.of(prompt, 2 + 3 + i % 17, ends), rules);
                Result result = engine.run(Request.of(prompt)
                        .with(method)
                        .with(rules)
                        .with(Stops.tokens(ends))
                        .withMaxTokens(3 + i % 17));
                assertThat(result.all()).hasSize(Math.min(best, expected.size()));
                for (int n = 0; n < result.all().size(); n++) {
                    Result found = result.all().get(n);
                    double[] plain = expected.get(n);
                    assertThat(found.score().orElseThrow())
                            .as(method + ", text " + n)
                            .isCloseTo(plain[0], within(1e-5));
                    assertThat(found.ids())
                            .as(method + ", text " + n)
                            .containsExactly(IntStream.range(1, plain.length)
                                    .map(k -> (int) plain[k])
                                    .toArray());
                }
            }
        }
    }

    @Test
    void whatAllBeamsShareIsCommittedAndTheRestIsReadOnce() {
        try (Toy lm = new Toy(VOCABULARY, 100);
                Engine engine = new Engine(lm)) {
            engine.run(Request.of(1, 2, 3)
                    .with(new BeamSearch(4, 1, 1, EarlyStopping.FALSE))
                    .withMaxTokens(20));
            assertThat(lm.passes()).as("the prompt's pass and 19 more").isEqualTo(20);
            assertThat(lm.rows()).isEqualTo(3 + 19 * 4);
        }
    }

    @Test
    void stopStringsCutEveryTextThatIsReturned() {
        try (Toy lm = new Toy(VOCABULARY, 100);
                Engine engine = new Engine(lm)) {
            Request request = Request.of(1, 2, 3)
                    .with(method())
                    .withMaxTokens(20)
                    .with(Letters::new)
                    .with(Stops.strings("a"));
            for (Result each : engine.run(request).all()) {
                assertThat(each.finish()).isEqualTo(Finish.STOP);
                assertThat(each.text()).doesNotContain("a");
                assertThat(Letters.of(each.ids())).contains("a");
            }
        }
    }

    @Test
    void impossibleSettingsAreRefused() {
        assertThatThrownBy(() -> new BeamSearch(0, 1, 1, EarlyStopping.TRUE))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("beams");
        assertThatThrownBy(() -> new BeamSearch(2, 3, 1, EarlyStopping.TRUE))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("best");
        assertThatThrownBy(() -> new BeamSearch(2, 1, Double.NaN, EarlyStopping.TRUE))
                .isInstanceOf(BadInput.class);
    }
}
