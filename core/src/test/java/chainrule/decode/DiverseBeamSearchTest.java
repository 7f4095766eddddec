package chainrule.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import chainrule.BadInput;
import chainrule.Spec;
import chainrule.decode.filter.Distribution;
import chainrule.decode.rule.NoRepeatNgram;
import chainrule.decode.rule.Path;
import chainrule.decode.rule.RepetitionPenalty;
import chainrule.decode.rule.Rules;
import chainrule.tensor.Counter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DiverseBeamSearchTest extends DecodingContract {
    @Override
    protected Decoding method() {
        return new DiverseBeamSearch(4, 2, 0.7, 3, 0.8, OptionalInt.empty());
    }

    private record Prefix(Path path, double sum, double score) {
        static Prefix of(Path path, double sum, double lengthPenalty) {
            return new Prefix(path, sum, sum / Math.pow(path.generated(), lengthPenalty));
        }
    }

    private static final class Group {
        private List<Prefix> running;
        private List<Prefix> finished = new ArrayList<>();
        private boolean over;

        Group(Path prompt) {
            running = List.of(new Prefix(prompt, 0, 0));
        }
    }

    /** The search by its definition, without a tree: every prefix's scores are computed from its start. */
    private static List<Prefix> plain(Toy lm, DiverseBeamSearch method, Path prompt, Rules rules) {
        int size = method.beams() / method.groups();
        List<Group> groups = IntStream.range(0, method.groups())
                .mapToObj(_ -> new Group(prompt))
                .toList();
        for (int length = prompt.length(); length < prompt.maxLength(); length++) {
            List<Integer> chosen = new ArrayList<>();
            for (Group group : groups) {
                if (group.over) {
                    method.padding().ifPresent(p -> IntStream.range(0, size).forEach(_ -> chosen.add(p)));
                    continue;
                }
                List<Prefix> candidates = candidates(lm, group, chosen, method, rules);
                candidates = candidates.subList(
                        0, Math.min(Math.max(2, 1 + prompt.ends().length) * size, candidates.size()));
                for (Prefix p : candidates.subList(0, Math.min(size, candidates.size()))) {
                    if (ended(p)) {
                        group.finished.add(p);
                    }
                }
                group.running =
                        candidates.stream().filter(p -> !ended(p)).limit(size).toList();
                group.running.forEach(p -> chosen.add(p.path.token(p.path.length() - 1)));
                best(group, size);
                group.over = group.running.isEmpty()
                        || group.finished.size() == size
                                && group.finished.getLast().score >= candidates.getFirst().score;
            }
        }
        List<Prefix> all = new ArrayList<>();
        for (Group group : groups) {
            if (!group.over) {
                group.finished.addAll(group.running);
                best(group, size);
            }
            all.addAll(group.finished);
        }
        all.sort(Comparator.comparingDouble(p -> -p.score));
        return all;
    }

    private static boolean ended(Prefix p) {
        return p.path.isEnd(p.path.token(p.path.length() - 1));
    }

    private static void best(Group group, int size) {
        group.finished.sort(Comparator.comparingDouble(p -> -p.score));
        group.finished = new ArrayList<>(group.finished.subList(0, Math.min(size, group.finished.size())));
    }

    private static List<Prefix> candidates(
            Toy lm, Group group, List<Integer> chosen, DiverseBeamSearch method, Rules rules) {
        List<Prefix> candidates = new ArrayList<>();
        for (Prefix p : group.running) {
            float[] scores = lm.scores(p.path.ids(0));
            Distribution d = Distribution.of(scores.clone());
            for (int v = 0; v < scores.length; v++) {
                int token = v;
                long times = chosen.stream().filter(c -> c == token).count();
                scores[v] = (float) (d.logProbability(v) - method.penalty() * times);
            }
            rules.apply(scores, p.path);
            for (int v = 0; v < scores.length; v++) {
                if (scores[v] > Float.NEGATIVE_INFINITY) {
                    candidates.add(Prefix.of(p.path.then(v), p.sum + scores[v], method.lengthPenalty()));
                }
            }
        }
        candidates.sort(Comparator.comparingDouble(p -> -p.sum));
        return candidates;
    }

    @Test
    void theTreeFindsWhatAPlainSearchFinds() {
        Counter random = Counter.of(1, "diverse");
        try (Toy lm = new Toy(12, 40);
                Engine engine = new Engine(lm)) {
            for (int i = 0; i < 60; i++) {
                int groups = 1 + (int) (random.uniform(10 * i) * 4);
                int beams = groups * (1 + (int) (random.uniform(10 * i + 1) * 3));
                DiverseBeamSearch method = new DiverseBeamSearch(
                        beams,
                        groups,
                        random.uniform(10 * i + 2) * 2,
                        beams,
                        random.uniform(10 * i + 3) * 2.5 - 0.5,
                        i % 2 == 0 ? OptionalInt.of(i % 12) : OptionalInt.empty());
                int[] prompt = {(int) (random.uniform(10 * i + 4) * 12), i % 12};
                int[] ends = IntStream.range(0, i % 4).toArray();
                Rules rules = i % 5 == 0 ? Rules.of(new RepetitionPenalty(1.3), new NoRepeatNgram(2)) : Rules.NONE;
                List<Prefix> expected = plain(lm, method, Path.of(prompt, 2 + 3 + i % 17, ends), rules);
                Result result = engine.run(Request.of(prompt)
                        .with(method)
                        .with(rules)
                        .with(Stops.tokens(ends))
                        .withMaxTokens(3 + i % 17));
                assertThat(result.all()).hasSize(expected.size());
                for (int n = 0; n < expected.size(); n++) {
                    Result found = result.all().get(n);
                    assertThat(found.score().orElseThrow())
                            .as(method + ", text " + n)
                            .isCloseTo(expected.get(n).score, within(1e-5));
                    assertThat(found.ids())
                            .as(method + ", text " + n)
                            .containsExactly(expected.get(n).path.ids(2));
                }
            }
        }
    }

    @Test
    void groupsWithoutAPenaltyFindTheSameAndWithOneTheyDiffer() {
        try (Toy lm = new Toy(VOCABULARY, 100);
                Engine engine = new Engine(lm)) {
            Request request = Request.of(1, 2, 3).withMaxTokens(12);
            for (double penalty : new double[] {0, 3}) {
                List<Result> all = engine.run(request.with(new DiverseBeamSearch(4, 4, penalty)))
                        .all();
                assertThat(all).hasSize(4);
                assertThat(all.stream().map(r -> Arrays.toString(r.ids())).distinct())
                        .hasSize(penalty == 0 ? 1 : 4);
            }
            assertThat(engine.run(request.with(new DiverseBeamSearch(4, 4, 0))).ids())
                    .as("a group of one beam is greedy search")
                    .containsExactly(engine.run(request).ids());
        }
    }

    @Test
    void allGroupsShareTheirPasses() {
        try (Toy lm = new Toy(VOCABULARY, 100);
                Engine engine = new Engine(lm)) {
            engine.run(
                    Request.of(1, 2, 3).with(new DiverseBeamSearch(6, 3, 0.5)).withMaxTokens(20));
            assertThat(lm.passes()).as("the prompt's pass and 19 more").isEqualTo(20);
            assertThat(lm.rows()).isEqualTo(3 + 19 * 6);
        }
    }

    @Test
    void impossibleSettingsAreRefused() {
        assertThatThrownBy(() -> new DiverseBeamSearch(4, 3, 0.5))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("multiple of groups");
        assertThatThrownBy(() -> new DiverseBeamSearch(4, 0, 0.5)).isInstanceOf(BadInput.class);
        assertThatThrownBy(() -> new DiverseBeamSearch(4, 2, 0.5, 5, 1, OptionalInt.empty()))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("best");
        assertThatThrownBy(() -> new DiverseBeamSearch(4, 2, -1))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("penalty");
        assertThatThrownBy(() -> new DiverseBeamSearch(4, 2, 1, 1, Double.NaN, OptionalInt.empty()))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("lengthPenalty");
        assertThatThrownBy(() -> new DiverseBeamSearch(4, 2, 1, 1, 1, OptionalInt.of(-1)))
                .isInstanceOf(BadInput.class);
        try (Toy lm = new Toy(VOCABULARY, 100);
                Engine engine = new Engine(lm)) {
            Request request = Request.of(1).with(new DiverseBeamSearch(4, 2, 1, 1, 1, OptionalInt.of(VOCABULARY)));
            assertThatThrownBy(() -> engine.run(request))
                    .isInstanceOf(BadInput.class)
                    .hasMessage("padding is token 40, but the vocabulary ends at 39.");
        }
    }

    @Test
    void itIsNamedOnACommandLine() {
        assertThat(Spec.parse("diverse-beam-search:beams=6,groups=3,penalty=0.8,best=6,padding=0", Decoding.class))
                .isEqualTo(new DiverseBeamSearch(6, 3, 0.8, 6, 1, OptionalInt.of(0)));
    }
}
